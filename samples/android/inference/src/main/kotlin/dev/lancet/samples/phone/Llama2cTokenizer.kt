package dev.lancet.samples.phone

import java.io.File
import java.nio.BufferUnderflowException
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * The tokenizer of llama2.c. Its file has the length of the longest piece, then for each id the score (float32), the
 * length (int32) and the bytes, little-endian.
 */
internal class Llama2cTokenizer
private constructor(private val pieces: List<ByteArray>, private val scores: List<Float>) : PhoneTokenizer {

    /** By the bytes of the piece as characters; of equal pieces the first. */
    private val ids = HashMap<String, Int>()
    private val joiner = PairJoiner { left, right ->
        ids[key(pieces[left]) + key(pieces[right])]?.let { Join(-scores[it], it) }
    }

    init {
        pieces.forEachIndexed { id, piece -> if (key(piece) !in ids) ids[key(piece)] = id }
    }

    override val vocabulary = pieces.size

    override fun encode(text: String): IntArray {
        val letters = ArrayList<Int>()
        if (text.isNotEmpty()) {
            ids[" "]?.let { letters.add(it) }
        }
        for (point in text.codePoints()) {
            val bytes = String(Character.toChars(point)).toByteArray()
            val id = ids[key(bytes)]
            if (id != null) {
                letters.add(id)
            } else {
                bytes.forEach { letters.add((it.toInt() and 0xff) + FIRST_BYTE) }
            }
        }
        return intArrayOf(BEGIN) + joiner.join(letters.toIntArray())
    }

    /** After the token that begins a text, the space that [encode] puts there is removed again. */
    override fun bytes(id: Int, previous: Int?): ByteArray {
        if (id == BEGIN || id == END) {
            return ByteArray(0)
        }
        val piece = key(pieces[id])
        val byte = RAW_BYTE.matchEntire(piece)
        return when {
            byte != null -> byteArrayOf(byte.groupValues[1].toInt(16).toByte())
            previous == BEGIN && piece.startsWith(" ") -> pieces[id].copyOfRange(1, pieces[id].size)
            else -> pieces[id]
        }
    }

    companion object {

        private const val BEGIN = 1
        private const val END = 2
        private const val FIRST_BYTE = 3
        private val RAW_BYTE = Regex("<0x([0-9A-Fa-f]{2})>")

        fun read(file: File): Llama2cTokenizer {
            val pieces = ArrayList<ByteArray>()
            val scores = ArrayList<Float>()
            try {
                val content = ByteBuffer.wrap(file.readBytes()).order(ByteOrder.LITTLE_ENDIAN)
                val longest = content.getInt()
                while (content.hasRemaining()) {
                    scores.add(content.getFloat())
                    val length = content.getInt()
                    if (length < 0 || length > longest || length > content.remaining()) {
                        throw damaged(file, "piece ${pieces.size} has the length $length", null)
                    }
                    pieces.add(ByteArray(length).also { content.get(it) })
                }
            } catch (wrong: BufferUnderflowException) {
                throw damaged(file, "it ends inside piece ${pieces.size}", wrong)
            }
            if (pieces.size < FIRST_BYTE + 256) {
                throw damaged(file, "it has only ${pieces.size} pieces", null)
            }
            return Llama2cTokenizer(pieces, scores)
        }

        private fun damaged(file: File, why: String, cause: Throwable?) =
            ModelFolderException("$file: is damaged: $why; copy it again", cause)

        private fun key(bytes: ByteArray) = String(bytes, Charsets.ISO_8859_1)
    }
}
