package dev.lancet.samples.phone

import java.nio.ByteBuffer
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction

/** Makes text of bytes that come a few at a time. A character appears when its last byte is there. */
internal class TextStream {

    private val decoder =
        Charsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE)
    private var waiting = ByteArray(0)

    /** The characters that these bytes complete. */
    fun add(bytes: ByteArray): String = decode(waiting + bytes, false)

    /** U+FFFD if the bytes ended inside a character, otherwise nothing. */
    fun finish(): String = decode(waiting, true)

    private fun decode(bytes: ByteArray, last: Boolean): String {
        val from = ByteBuffer.wrap(bytes)
        val into = CharBuffer.allocate(bytes.size + 1)
        decoder.decode(from, into, last)
        waiting = bytes.copyOfRange(from.position(), bytes.size)
        into.flip()
        return into.toString()
    }
}
