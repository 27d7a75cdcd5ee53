package dev.lancet.samples.phone

import org.json.JSONArray

/** A part of a text: an added token, or text between them ([id] is null). */
internal class TextPart(val text: String, val id: Int?)

/** The tokens of a `tokenizer.json` that stand beside the vocabulary; a text is split at them before anything else. */
internal class AddedTokens(list: JSONArray) {

    private class Token(
        val id: Int,
        val content: String,
        val special: Boolean,
        val normalized: Boolean,
        val plain: Boolean,
    )

    private val tokens =
        (0 until list.length()).map { at ->
            val token = list.getJSONObject(at)
            Token(
                token.getInt("id"),
                token.getString("content"),
                token.optBoolean("special"),
                token.optBoolean("normalized"),
                listOf("single_word", "lstrip", "rstrip").none { token.optBoolean(it) },
            )
        }

    val largestId = tokens.maxOfOrNull { it.id } ?: -1

    /** What each token decodes to: special ones to nothing. */
    fun bytes(): Map<Int, ByteArray> = tokens.associate {
        it.id to if (it.special) ByteArray(0) else it.content.toByteArray()
    }

    /** Splits at the tokens that are sought in normalized text, or at the others; the leftmost longest comes first. */
    fun split(text: String, normalized: Boolean, normalizer: (String) -> String): List<TextPart> {
        val sought =
            tokens
                .filter { it.normalized == normalized }
                .associateBy { normalizer(it.content) }
                .filterKeys { it.isNotEmpty() }
        if (sought.isEmpty() || sought.keys.none { it in text }) {
            return if (text.isEmpty()) emptyList() else listOf(TextPart(text, null))
        }
        val expression = Regex(sought.keys.sortedByDescending { it.length }.joinToString("|") { Regex.escape(it) })
        val parts = ArrayList<TextPart>()
        var end = 0
        for (match in expression.findAll(text)) {
            val token = sought.getValue(match.value)
            if (!token.plain) {
                throw ModelFolderException(
                    "prompt: holds '${token.content}', for which the tokenizer has rules that this app does not know;" +
                        " leave it out"
                )
            }
            if (match.range.first > end) {
                parts.add(TextPart(text.substring(end, match.range.first), null))
            }
            parts.add(TextPart(match.value, token.id))
            end = match.range.last + 1
        }
        if (end < text.length) {
            parts.add(TextPart(text.substring(end), null))
        }
        return parts
    }
}
