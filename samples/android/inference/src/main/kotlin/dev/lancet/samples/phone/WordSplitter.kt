package dev.lancet.samples.phone

import org.json.JSONObject

/** Splits a text into the words within which pairs are joined. */
internal fun interface WordSplitter {

    /** The words of a text; [first] says whether it begins the whole text. */
    fun split(text: String, first: Boolean): List<String>

    companion object {

        /** GPT-2's (Radford et al., 2019, `encoder.py`). */
        private const val GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

        fun of(part: JSONObject?): WordSplitter =
            when (val kind = part?.getString("type")) {
                null -> WordSplitter { text, _ -> listOf(text) }
                "ByteLevel" -> byteLevel(part)
                "Digits" -> {
                    val digits = if (part.optBoolean("individual_digits")) "\\p{N}" else "\\p{N}+"
                    WordSplitter { text, _ -> isolated(UnicodeExpression.of(digits), text) }
                }
                "Metaspace" -> metaspace(part)
                "Split" -> {
                    val pattern = part.getJSONObject("pattern")
                    refuseIf(part.getString("behavior") != "Isolated" || part.optBoolean("invert")) {
                        "its pre_tokenizer splits as '${part.getString("behavior")}'"
                    }
                    val expression =
                        if (pattern.has("Regex")) UnicodeExpression.of(pattern.getString("Regex"))
                        else Regex(Regex.escape(pattern.getString("String")))
                    WordSplitter { text, _ -> isolated(expression, text) }
                }
                "Sequence" -> {
                    val list = part.getJSONArray("pretokenizers")
                    val all = (0 until list.length()).map { of(list.getJSONObject(it)) }
                    WordSplitter { text, first ->
                        all.fold(listOf(text)) { words, next ->
                            words.flatMapIndexed { at, word -> next.split(word, first && at == 0) }
                        }
                    }
                }
                else -> throw UnknownPartException("its pre_tokenizer is of the kind '$kind'")
            }

        private fun byteLevel(part: JSONObject): WordSplitter {
            val space = part.optBoolean("add_prefix_space", true)
            val expression = if (part.optBoolean("use_regex", true)) UnicodeExpression.of(GPT2) else null
            return WordSplitter { text, _ ->
                val spaced = if (space && !text.startsWith(" ")) " $text" else text
                val words = if (expression == null) listOf(spaced) else isolated(expression, spaced)
                words.map(ByteLetters::encode)
            }
        }

        private fun metaspace(part: JSONObject): WordSplitter {
            val mark = part.getString("replacement")
            val scheme =
                part.optString("prepend_scheme", if (part.optBoolean("add_prefix_space", true)) "always" else "never")
            val split = part.optBoolean("split", true)
            return WordSplitter { text, first ->
                val marked = text.replace(" ", mark)
                val prepend = scheme == "always" || (scheme == "first" && first)
                val whole = if (prepend && !marked.startsWith(mark)) mark + marked else marked
                if (split) whole.split(Regex("(?=${Regex.escape(mark)})")).filter { it.isNotEmpty() } else listOf(whole)
            }
        }

        /** The matches, and what lies between them. */
        private fun isolated(expression: Regex, text: String): List<String> {
            val words = ArrayList<String>()
            var end = 0
            for (match in expression.findAll(text)) {
                if (match.range.first > end) {
                    words.add(text.substring(end, match.range.first))
                }
                if (match.value.isNotEmpty()) {
                    words.add(match.value)
                }
                end = maxOf(end, match.range.last + 1)
            }
            if (end < text.length) {
                words.add(text.substring(end))
            }
            return words
        }
    }
}

/** Regular expressions of a `tokenizer.json`, where `\s` is every white space of Unicode, as expressions of Java. */
internal object UnicodeExpression {

    private const val SPACES = "\\t-\\r\\x85\\p{Z}"

    fun of(expression: String): Regex {
        val java = StringBuilder()
        var inClass = false
        var at = 0
        while (at < expression.length) {
            val letter = expression[at]
            val escaped = if (letter == '\\' && at + 1 < expression.length) expression[at + 1] else null
            when {
                escaped == 's' -> java.append(if (inClass) SPACES else "[$SPACES]")
                escaped == 'S' && !inClass -> java.append("[^$SPACES]")
                escaped == 'S' -> throw UnknownPartException("its pre_tokenizer has \\S among other letters")
                escaped != null -> java.append(letter).append(escaped)
                else -> {
                    inClass = if (inClass) letter != ']' else letter == '['
                    java.append(letter)
                }
            }
            at += if (escaped == null) 1 else 2
        }
        return try {
            Regex(java.toString())
        } catch (wrong: IllegalArgumentException) {
            throw UnknownPartException("its pre_tokenizer has the expression '$expression'")
        }
    }
}
