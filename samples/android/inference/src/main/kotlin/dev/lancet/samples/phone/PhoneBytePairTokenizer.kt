package dev.lancet.samples.phone

import java.io.File
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * Byte pairs (BPE) from Hugging Face's `tokenizer.json`, as GPT-2, LLaMA, Mistral, Qwen and most language models have
 * them. Other kinds, and parts that would change the ids in a way that this class does not know, are refused.
 */
internal class PhoneBytePairTokenizer private constructor(root: JSONObject) : PhoneTokenizer {

    private val model = root.getJSONObject("model")
    private val ids = vocabulary(model.getJSONObject("vocab"))
    private val merges = merges(model.getJSONArray("merges"))
    private val joiner = PairJoiner { left, right -> merges[pair(left, right)] }
    private val byteFallback = model.optBoolean("byte_fallback")
    private val fuseUnknown = model.optBoolean("fuse_unk")
    private val wholeWords = model.optBoolean("ignore_merges")
    private val unknown = if (model.isNull("unk_token")) null else ids[model.getString("unk_token")]
    private val added = AddedTokens(root.optJSONArray("added_tokens") ?: JSONArray())
    private val normalizer = Normalizer.of(root.optJSONObject("normalizer"))
    private val words = WordSplitter.of(root.optJSONObject("pre_tokenizer"))
    private val frame = Frame.of(root.optJSONObject("post_processor"))
    private val tokens = tokens(PieceBytes.of(root.optJSONObject("decoder")))

    override val vocabulary = tokens.size

    override fun encode(text: String): IntArray {
        val all = ArrayList<Int>(frame.before)
        var first = true
        for (raw in added.split(text, false) { it }) {
            if (raw.id != null) {
                all.add(raw.id)
            } else {
                for (part in added.split(normalizer(raw.text), true, normalizer)) {
                    if (part.id != null) {
                        all.add(part.id)
                    } else {
                        words.split(part.text, first).forEach { word -> encodeWord(word).forEach(all::add) }
                    }
                    first = false
                }
            }
            first = false
        }
        all.addAll(frame.after)
        return all.toIntArray()
    }

    private fun encodeWord(word: String): IntArray {
        val whole = if (wholeWords) ids[word] else null
        return if (whole != null) intArrayOf(whole) else joiner.join(letters(word))
    }

    private fun letters(word: String): IntArray {
        val letters = ArrayList<Int>(word.length)
        var afterUnknown = false
        for (point in word.codePoints()) {
            val letter = String(Character.toChars(point))
            val known = ids[letter]?.let { listOf(it) } ?: if (byteFallback) bytesOf(letter) else null
            if (known != null) {
                letters.addAll(known)
            } else if (unknown != null && !(fuseUnknown && afterUnknown)) {
                letters.add(unknown)
            }
            afterUnknown = known == null
        }
        return letters.toIntArray()
    }

    /** The ids of the letter's bytes, or null if the vocabulary lacks one. */
    private fun bytesOf(letter: String): List<Int>? {
        val bytes = letter.toByteArray().map { ids[rawByte(it)] }
        return if (null in bytes) null else bytes.filterNotNull()
    }

    private fun rawByte(byte: Byte) = "<0x" + (byte.toInt() and 0xff).toString(16).uppercase().padStart(2, '0') + ">"

    override fun bytes(id: Int, previous: Int?): ByteArray = tokens[id]

    private fun vocabulary(vocab: JSONObject): Map<String, Int> {
        val all = HashMap<String, Int>(2 * vocab.length())
        for (key in vocab.keys()) {
            val piece = key.toString()
            val id = vocab.getInt(piece)
            if (id < 0 || id > LARGEST_ID) {
                throw JSONException("piece '$piece' has the id $id")
            }
            all[piece] = id
        }
        return all
    }

    /** The earlier a pair stands in the file, the earlier it is joined. */
    private fun merges(list: JSONArray): Map<Long, Join> {
        val all = HashMap<Long, Join>(2 * list.length())
        for (rank in 0 until list.length()) {
            val entry = list.get(rank)
            val (left, right) =
                if (entry is JSONArray) entry.getString(0) to entry.getString(1)
                else entry.toString().let { it.substringBefore(' ') to it.substringAfter(' ') }
            all[pair(id(left), id(right))] = Join(rank.toFloat(), id(left + right))
        }
        return all
    }

    private fun id(piece: String): Int =
        ids[piece] ?: throw JSONException("the merges have '$piece', and the vocabulary has not")

    private fun pair(left: Int, right: Int): Long = (left.toLong() shl 32) or right.toLong()

    private fun tokens(bytes: PieceBytes): List<ByteArray> {
        val size = 1 + maxOf(ids.values.maxOrNull() ?: -1, added.largestId)
        val all = MutableList(size) { ByteArray(0) }
        ids.forEach { (piece, id) -> all[id] = bytes.of(piece) }
        added.bytes().forEach { (id, own) -> all[id] = own }
        return all
    }

    companion object {

        private const val LARGEST_ID = 1 shl 24

        fun read(file: File): PhoneBytePairTokenizer {
            try {
                val root = JSONObject(file.readText())
                val model = root.getJSONObject("model")
                val kind = model.optString("type", "BPE")
                refuseIf(kind != "BPE") { "its model is of the kind '$kind'" }
                refuseIf(!model.isNull("dropout") && model.getDouble("dropout") != 0.0) { "its model has dropout" }
                for (name in listOf("continuing_subword_prefix", "end_of_word_suffix")) {
                    refuseIf(!model.isNull(name) && model.getString(name).isNotEmpty()) { "its model has a $name" }
                }
                return PhoneBytePairTokenizer(root)
            } catch (wrong: JSONException) {
                throw ModelFolderException("$file: is damaged (${brief(wrong)}); copy it again", wrong)
            } catch (wrong: UnknownPartException) {
                throw ModelFolderException("$file: ${wrong.message}, which this app does not know", wrong)
            }
        }
    }
}

/** A part of a `tokenizer.json` that this app does not know. */
internal class UnknownPartException(message: String) : Exception(message)

internal fun refuseIf(wrong: Boolean, message: () -> String) {
    if (wrong) {
        throw UnknownPartException(message())
    }
}
