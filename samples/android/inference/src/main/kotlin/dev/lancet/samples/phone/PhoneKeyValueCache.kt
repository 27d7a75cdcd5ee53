package dev.lancet.samples.phone

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer

/** The keys and values of the tokens that were read. */
internal interface PhoneKeyValueCache : AutoCloseable {

    /** Makes room for [total] tokens, of which [read] are there already. */
    fun reserve(read: Int, total: Int)

    /** The inputs of the next run, by name. */
    fun past(): Map<String, OnnxTensor>

    /** The tensors into which the next run writes, by name. */
    fun present(): Map<String, OnnxTensor>

    /** The outputs that the next run allocates itself. */
    fun allocated(): Set<String>

    /** Takes what a run allocated, and closes it when it is no longer needed. */
    fun take(result: OrtSession.Result)
}

/**
 * Keys and values of one size.
 *
 * @property names of the tensors before and after a run
 * @property heads the heads of each
 * @property width the width of a head
 */
internal class CacheShape(val names: Map<String, String>, val heads: Int, val width: Int) {

    fun of(tokens: Int): LongArray = longArrayOf(1, heads.toLong(), tokens.toLong(), width.toLong())
}

/**
 * Tensors with room for more tokens than were read. They are both past and present, so a run writes only the new
 * tokens. When they are full, they are copied to twice the room, up to the context.
 */
internal class InPlaceCache(
    private val environment: OrtEnvironment,
    private val shape: CacheShape,
    private val context: Int,
) : PhoneKeyValueCache {

    private val content = HashMap<String, FloatBuffer>()
    private val past = HashMap<String, OnnxTensor>()
    private val present = HashMap<String, OnnxTensor>()
    private var room = 0

    override fun reserve(read: Int, total: Int) {
        if (total <= room) {
            return
        }
        val wanted = minOf(context, maxOf(total, LEAST, 2 * room))
        close()
        for ((before, after) in shape.names) {
            val wider = wider(content[before], read, wanted)
            content[before] = wider
            val tensor = OnnxTensor.createTensor(environment, wider, shape.of(wanted))
            past[before] = tensor
            present[after] = tensor
        }
        room = wanted
    }

    private fun wider(narrower: FloatBuffer?, read: Int, wanted: Int): FloatBuffer {
        val bytes = Math.multiplyExact(Math.multiplyExact(4 * shape.heads, shape.width), wanted)
        val wider = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer()
        if (narrower != null) {
            for (head in 0 until shape.heads) {
                val from = narrower.duplicate()
                from.limit((head * room + read) * shape.width)
                from.position(head * room * shape.width)
                wider.position(head * wanted * shape.width)
                wider.put(from)
            }
            wider.rewind()
        }
        return wider
    }

    override fun past(): Map<String, OnnxTensor> = past

    override fun present(): Map<String, OnnxTensor> = present

    override fun allocated(): Set<String> = emptySet()

    override fun take(result: OrtSession.Result) = result.close()

    override fun close() {
        past.values.forEach { it.close() }
        past.clear()
        present.clear()
    }

    private companion object {
        const val LEAST = 256
    }
}

/** Tensors with exactly the tokens that were read: the outputs of a run are the inputs of the next. */
internal class GrowingCache(environment: OrtEnvironment, private val shape: CacheShape) : PhoneKeyValueCache {

    private var past =
        shape.names.keys.associateWith { OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), shape.of(0)) }
    private var owner: OrtSession.Result? = null

    override fun reserve(read: Int, total: Int) = Unit

    override fun past(): Map<String, OnnxTensor> = past

    override fun present(): Map<String, OnnxTensor> = emptyMap()

    override fun allocated(): Set<String> = shape.names.values.toSet()

    override fun take(result: OrtSession.Result) {
        close()
        past = shape.names.mapValues { (_, after) -> result.get(after).get() as OnnxTensor }
        owner = result
    }

    override fun close() {
        val before = owner
        if (before == null) {
            past.values.forEach { it.close() }
        } else {
            before.close()
        }
        past = emptyMap()
        owner = null
    }
}
