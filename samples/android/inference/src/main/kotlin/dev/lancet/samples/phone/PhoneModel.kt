package dev.lancet.samples.phone

import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtException
import ai.onnxruntime.OrtLoggingLevel
import ai.onnxruntime.OrtSession
import ai.onnxruntime.TensorInfo
import java.io.File
import java.nio.LongBuffer

/**
 * A language model in a folder that `lancet export --format onnx` wrote, run by ONNX Runtime. It needs neither Lancet
 * nor Android, so the same class runs on a phone and on a desktop.
 *
 * One thread may use it at a time.
 */
class PhoneModel
private constructor(
    private val folder: File,
    private val settings: ModelSettings,
    private val session: OrtSession,
    private val cache: CacheShape,
    private val tokenizer: PhoneTokenizer,
) : AutoCloseable {

    /** The most tokens of a text, prompt included. */
    val context: Int = settings.context

    /**
     * Continues a text with at most [tokens] tokens.
     *
     * @throws ModelFolderException if the prompt does not fit into the context, or if ONNX Runtime fails
     */
    fun generate(
        prompt: String,
        tokens: Int,
        choice: TokenChoice = TokenChoice.greedy,
        listener: GenerationListener = GenerationListener.silent,
    ): PhoneGeneration {
        require(tokens > 0) { "tokens: $tokens; generate at least 1" }
        val ids = tokenizer.encode(prompt)
        if (ids.isEmpty() || ids.size > context) {
            throw ModelFolderException(
                "prompt: has ${ids.size} tokens; the model reads 1 to $context, so give another text"
            )
        }
        return reporting(folder) {
            val environment = environment()
            val keysAndValues =
                if (settings.sharesCache) InPlaceCache(environment, cache, context)
                else GrowingCache(environment, cache)
            keysAndValues.use { Generation(it, choice, listener).run(ids, tokens) }
        }
    }

    private inner class Generation(
        private val keysAndValues: PhoneKeyValueCache,
        private val choice: TokenChoice,
        private val listener: GenerationListener,
    ) {
        private var length = 0
        private val text = StringBuilder()
        private val stream = TextStream()

        fun run(prompt: IntArray, most: Int): PhoneGeneration {
            val begun = System.nanoTime()
            var logits = FloatArray(0)
            for (part in prompt.asList().chunked(CHUNK)) {
                logits = read(part.toIntArray())
                if (!listener.onPrompt(length, prompt.size)) {
                    return result(prompt.size, emptyList(), begun, begun, PhoneGeneration.End.STOPPED)
                }
            }
            val decoding = System.nanoTime()
            val added = ArrayList<Int>()
            var previous = prompt.last()
            // The last token of a text is never read, so one more fits.
            val room = minOf(most, context - prompt.size + 1)
            while (true) {
                val next = choice.choose(logits)
                if (next in settings.ends) {
                    return result(prompt.size, added, begun, decoding, PhoneGeneration.End.END_TOKEN)
                }
                added.add(next)
                val piece = if (next < tokenizer.vocabulary) stream.add(tokenizer.bytes(next, previous)) else ""
                previous = next
                text.append(piece)
                if (!listener.onText(piece, added.size, perSecond(added.size, decoding))) {
                    return result(prompt.size, added, begun, decoding, PhoneGeneration.End.STOPPED)
                }
                if (added.size == room) {
                    return result(prompt.size, added, begun, decoding, PhoneGeneration.End.LENGTH)
                }
                logits = read(intArrayOf(next))
            }
        }

        private fun result(prompt: Int, added: List<Int>, begun: Long, decoding: Long, end: PhoneGeneration.End) =
            PhoneGeneration(
                text.append(stream.finish()).toString(),
                added,
                prompt,
                (decoding - begun) / NANOSECONDS,
                perSecond(added.size, decoding),
                end,
            )

        private fun perSecond(tokens: Int, since: Long) =
            tokens / maxOf((System.nanoTime() - since) / NANOSECONDS, 1e-9)

        /** Reads more tokens and returns the logits after the last of them, `[vocabulary]`. */
        private fun read(tokens: IntArray): FloatArray {
            val total = length + tokens.size
            keysAndValues.reserve(length, total)
            val names = settings.names
            val inputs = HashMap(keysAndValues.past())
            val own = ArrayList<OnnxTensor>()
            fun give(name: String, values: LongArray) {
                val shape = longArrayOf(1, values.size.toLong())
                own.add(OnnxTensor.createTensor(environment(), LongBuffer.wrap(values), shape))
                inputs[name] = own.last()
            }
            try {
                give(names.ids, LongArray(tokens.size) { tokens[it].toLong() })
                give(names.mask, LongArray(total) { 1 })
                names.positions?.let { name -> give(name, LongArray(tokens.size) { (length + it).toLong() }) }
                val wanted = keysAndValues.allocated() + names.logits
                val result = session.run(inputs, wanted, keysAndValues.present())
                val logits = (result.get(names.logits).get() as OnnxTensor).floatBuffer
                val last = FloatArray(logits.capacity() / tokens.size)
                logits.position(logits.capacity() - last.size)
                logits.get(last)
                keysAndValues.take(result)
                length = total
                return last
            } finally {
                own.forEach { it.close() }
            }
        }
    }

    override fun close() = reporting(folder) { session.close() }

    companion object {

        /** Tokens of a prompt in one run: enough to keep the processor busy, few enough for their logits. */
        private const val CHUNK = 32

        private const val NANOSECONDS = 1e9

        private fun environment() = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "lancet")

        /**
         * Opens a folder.
         *
         * @param threads as many as the phone has fast cores
         * @throws ModelFolderException if a file is missing or damaged
         */
        fun open(folder: File, threads: Int): PhoneModel {
            require(threads > 0) { "threads: $threads; at least 1 is needed" }
            val settings = ModelSettings.read(folder)
            val graph = ModelSettings.require(folder, settings.names.graph)
            return reporting(folder) {
                val session =
                    OrtSession.SessionOptions().use { options ->
                        options.setIntraOpNumThreads(threads)
                        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR)
                        environment().createSession(graph.path, options)
                    }
                try {
                    checked(folder, settings, session)
                } catch (wrong: Exception) {
                    session.close()
                    throw wrong
                }
            }
        }

        private fun checked(folder: File, settings: ModelSettings, session: OrtSession): PhoneModel {
            val names = settings.names
            val inputs = session.inputInfo
            val outputs = session.outputInfo
            val cache = names.pastToPresent()
            val wanted = listOfNotNull(names.ids, names.mask, names.positions) + cache.keys
            val other = (wanted + inputs.keys).firstOrNull { it !in inputs || it !in wanted }
            val missing = other ?: (cache.values + names.logits).firstOrNull { it !in outputs }
            if (missing != null) {
                throw ModelFolderException(
                    "$folder: ${names.graph} and genai_config.json do not agree about $missing; export the model again"
                )
            }
            val keys = (inputs.getValue(cache.keys.first()).info as TensorInfo).shape
            val vocabulary = (outputs.getValue(names.logits).info as TensorInfo).shape[2].toInt()
            val shape = CacheShape(cache, keys[1].toInt(), keys[3].toInt())
            return PhoneModel(folder, settings, session, shape, PhoneTokenizer.open(folder, vocabulary))
        }

        /** Errors of ONNX Runtime become errors of one line. */
        private fun <T> reporting(folder: File, action: () -> T): T =
            try {
                action()
            } catch (wrong: OrtException) {
                throw ModelFolderException(
                    "$folder: ONNX Runtime says: ${brief(wrong)}; copy the whole folder again",
                    wrong,
                )
            }
    }
}
