package dev.lancet.samples.phone

/**
 * A text that a model wrote.
 *
 * @property text without the prompt
 * @property ids its tokens
 * @property promptTokens the tokens of the prompt
 * @property promptSeconds how long reading the prompt took
 * @property tokensPerSecond after the prompt
 * @property end why the text ends
 */
class PhoneGeneration(
    val text: String,
    val ids: List<Int>,
    val promptTokens: Int,
    val promptSeconds: Double,
    val tokensPerSecond: Double,
    val end: End,
) {

    enum class End {
        /** It has as many tokens as asked for, or the context is full. */
        LENGTH,
        /** The model ended it. */
        END_TOKEN,
        /** The listener stopped it. */
        STOPPED,
    }
}

/** Hears of a text while a model writes it; both methods return whether to go on. */
interface GenerationListener {

    /** So many tokens of the prompt are read. */
    fun onPrompt(read: Int, all: Int): Boolean

    /** One more token: the characters that it completes, perhaps none. */
    fun onText(piece: String, tokens: Int, tokensPerSecond: Double): Boolean

    companion object {

        /** Hears nothing, and stops nothing. */
        val silent =
            object : GenerationListener {
                override fun onPrompt(read: Int, all: Int) = true

                override fun onText(piece: String, tokens: Int, tokensPerSecond: Double) = true
            }
    }
}
