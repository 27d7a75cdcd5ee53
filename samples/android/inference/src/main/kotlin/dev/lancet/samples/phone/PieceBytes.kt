package dev.lancet.samples.phone

import java.io.ByteArrayOutputStream
import org.json.JSONObject

/** The bytes for which a piece of the vocabulary stands. */
internal fun interface PieceBytes {

    fun of(piece: String): ByteArray

    companion object {

        private val RAW_BYTE = Regex("<0x([0-9A-Fa-f]{2})>")

        /** By the `decoder` of a `tokenizer.json`. */
        fun of(decoder: JSONObject?): PieceBytes {
            val parts = parts(decoder)
            val kinds = parts.map { it.getString("type") }
            if (kinds == listOf("ByteLevel")) {
                return PieceBytes(ByteLetters::decode)
            }
            kinds
                .firstOrNull { it !in setOf("Replace", "ByteFallback", "Fuse", "Strip", "Metaspace") }
                ?.let { throw UnknownPartException("its decoder is of the kind '$it'") }
            val raw = "ByteFallback" in kinds
            val replacements = parts.mapNotNull(::replacement)
            return PieceBytes { piece ->
                val byte = if (raw) RAW_BYTE.matchEntire(piece) else null
                if (byte != null) {
                    byteArrayOf(byte.groupValues[1].toInt(16).toByte())
                } else {
                    replacements.fold(piece) { text, (old, new) -> text.replace(old, new) }.toByteArray()
                }
            }
        }

        private fun parts(decoder: JSONObject?): List<JSONObject> {
            if (decoder == null || decoder.getString("type") != "Sequence") {
                return listOfNotNull(decoder)
            }
            val list = decoder.getJSONArray("decoders")
            return (0 until list.length()).flatMap { parts(list.getJSONObject(it)) }
        }

        private fun replacement(part: JSONObject): Pair<String, String>? =
            when (part.getString("type")) {
                "Metaspace" -> part.getString("replacement") to " "
                "Replace" -> {
                    val pattern = part.getJSONObject("pattern")
                    refuseIf(!pattern.has("String")) { "its decoder replaces a pattern" }
                    pattern.getString("String") to part.getString("content")
                }
                else -> null
            }
    }
}

/** GPT-2's letters for bytes: printable ones stand for themselves, the others for letters from U+0100 on. */
internal object ByteLetters {

    private val letters: CharArray
    private val bytes = HashMap<Char, Int>()

    init {
        var next = 0x100
        letters =
            CharArray(256) { byte ->
                val printable = byte in 0x21..0x7e || byte in 0xa1..0xac || byte in 0xae..0xff
                if (printable) byte.toChar() else (next++).toChar()
            }
        letters.forEachIndexed { byte, letter -> bytes[letter] = byte }
    }

    fun encode(text: String): String = String(text.toByteArray().map { letters[it.toInt() and 0xff] }.toCharArray())

    fun decode(piece: String): ByteArray {
        val out = ByteArrayOutputStream(piece.length)
        for (letter in piece) {
            val byte = bytes[letter]
            if (byte == null) {
                out.write(letter.toString().toByteArray())
            } else {
                out.write(byte)
            }
        }
        return out.toByteArray()
    }
}

/** The ids that a tokenizer puts around a text. */
internal class Frame(val before: List<Int>, val after: List<Int>) {

    companion object {

        /** By the `post_processor` of a `tokenizer.json`. */
        fun of(part: JSONObject?): Frame =
            when (val kind = part?.getString("type")) {
                null,
                "ByteLevel" -> Frame(emptyList(), emptyList())
                "TemplateProcessing" -> template(part)
                "Sequence" -> {
                    val list = part.getJSONArray("processors")
                    val all = (0 until list.length()).map { of(list.getJSONObject(it)) }
                    Frame(all.reversed().flatMap { it.before }, all.flatMap { it.after })
                }
                else -> throw UnknownPartException("its post_processor is of the kind '$kind'")
            }

        private fun template(part: JSONObject): Frame {
            val single = part.getJSONArray("single")
            val special = part.getJSONObject("special_tokens")
            val before = ArrayList<Int>()
            val after = ArrayList<Int>()
            var into = before
            for (at in 0 until single.length()) {
                val token = single.getJSONObject(at).optJSONObject("SpecialToken")
                if (token == null) {
                    into = after
                } else {
                    val ids = special.getJSONObject(token.getString("id")).getJSONArray("ids")
                    (0 until ids.length()).forEach { into.add(ids.getInt(it)) }
                }
            }
            return Frame(before, after)
        }
    }
}
