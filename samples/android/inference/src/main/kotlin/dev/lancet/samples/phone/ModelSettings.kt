package dev.lancet.samples.phone

import java.io.File
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * What `genai_config.json` says about an exported model.
 *
 * @property context the most tokens of a text
 * @property sharesCache whether past and present keys and values may be the same tensors
 * @property ends the ids that end a text
 * @property names the names of the graph's inputs and outputs
 */
internal class ModelSettings(
    val context: Int,
    val sharesCache: Boolean,
    val ends: Set<Int>,
    val names: TensorNames,
) {

    companion object {

        private const val FILE = "genai_config.json"

        fun read(folder: File): ModelSettings {
            val file = require(folder, FILE)
            try {
                val root = JSONObject(file.readText())
                val model = root.getJSONObject("model")
                val decoder = model.getJSONObject("decoder")
                val context = model.getInt("context_length")
                if (context < 1) {
                    throw JSONException("context_length is $context")
                }
                require(folder, decoder.getString("filename"))
                return ModelSettings(
                    context,
                    root.getJSONObject("search").getBoolean("past_present_share_buffer"),
                    ids(model.opt("eos_token_id")),
                    TensorNames.of(decoder),
                )
            } catch (wrong: JSONException) {
                throw ModelFolderException("$file: is damaged (${brief(wrong)}); export the model again", wrong)
            }
        }

        /** A file that an export always writes. */
        fun require(folder: File, name: String): File {
            val file = File(folder, name)
            if (!file.isFile) {
                throw ModelFolderException(
                    "$folder: holds no $name; copy the whole folder that lancet export --format onnx wrote"
                )
            }
            return file
        }

        private fun ids(value: Any?): Set<Int> =
            when (value) {
                is Number -> setOf(value.toInt())
                is JSONArray -> (0 until value.length()).map { value.getInt(it) }.toSet()
                else -> emptySet()
            }
    }
}

/**
 * The names of a decoder's inputs and outputs; `%d` stands for the number of a layer.
 *
 * @property positions null if the graph counts positions itself
 */
internal class TensorNames(
    val graph: String,
    val ids: String,
    val mask: String,
    val positions: String?,
    val logits: String,
    private val layers: Int,
    private val cache: List<Pair<String, String>>,
) {

    /** The names of all keys and values, before and after a run. */
    fun pastToPresent(): Map<String, String> =
        (0 until layers)
            .flatMap { layer -> cache.map { (past, present) -> numbered(past, layer) to numbered(present, layer) } }
            .toMap()

    private fun numbered(pattern: String, layer: Int) = pattern.replace("%d", layer.toString())

    companion object {

        fun of(decoder: JSONObject): TensorNames {
            val inputs = decoder.getJSONObject("inputs")
            val outputs = decoder.getJSONObject("outputs")
            val layers = decoder.getInt("num_hidden_layers")
            if (layers < 1) {
                throw JSONException("num_hidden_layers is $layers")
            }
            return TensorNames(
                decoder.getString("filename"),
                inputs.getString("input_ids"),
                inputs.getString("attention_mask"),
                if (inputs.has("position_ids")) inputs.getString("position_ids") else null,
                outputs.getString("logits"),
                layers,
                listOf("key", "value").map {
                    inputs.getString("past_${it}_names") to outputs.getString("present_${it}_names")
                },
            )
        }
    }
}
