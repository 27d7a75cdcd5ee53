package dev.lancet.samples.phone

import java.io.File

/** Converts text to token ids, and ids to bytes of UTF-8. */
interface PhoneTokenizer {

    /** One more than the largest id. */
    val vocabulary: Int

    /** The ids of a text, with those that the tokenizer puts around it. */
    fun encode(text: String): IntArray

    /**
     * The bytes of an id that follows [previous], which is null at the beginning of a text; none for special tokens.
     */
    fun bytes(id: Int, previous: Int?): ByteArray

    companion object {

        /**
         * The tokenizer of an exported folder: its `tokenizer.json`, otherwise its only `tok*.bin`, otherwise plain
         * bytes if the model has 256 ids.
         *
         * @throws ModelFolderException if there is none, or if it is damaged or of a kind that this class does not know
         */
        fun open(folder: File, vocabulary: Int): PhoneTokenizer {
            val json = File(folder, "tokenizer.json")
            val llama2c = folder.listFiles { file -> file.name.matches(Regex("tok.*\\.bin")) }.orEmpty()
            val tokenizer =
                when {
                    json.isFile -> PhoneBytePairTokenizer.read(json)
                    llama2c.size == 1 -> Llama2cTokenizer.read(llama2c[0])
                    vocabulary == PlainBytes.vocabulary -> PlainBytes
                    else ->
                        throw ModelFolderException(
                            "$folder: holds no tokenizer.json; put it beside the model before lancet export copies it"
                        )
                }
            if (tokenizer.vocabulary > vocabulary) {
                throw ModelFolderException(
                    "$folder: the tokenizer has ${tokenizer.vocabulary} ids, but the model only $vocabulary;" +
                        " copy the tokenizer that belongs to the model"
                )
            }
            return tokenizer
        }
    }
}

/** One id for each byte. */
private object PlainBytes : PhoneTokenizer {

    override val vocabulary = 256

    override fun encode(text: String): IntArray = text.toByteArray().map { it.toInt() and 0xff }.toIntArray()

    override fun bytes(id: Int, previous: Int?): ByteArray = byteArrayOf(id.toByte())
}
