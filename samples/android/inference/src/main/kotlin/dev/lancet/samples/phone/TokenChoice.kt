package dev.lancet.samples.phone

import kotlin.math.exp
import kotlin.random.Random

/** How the next token is chosen from the logits, one for each id. */
fun interface TokenChoice {

    fun choose(logits: FloatArray): Int

    companion object {

        /** Always the most likely token; of equal ones the lowest id. */
        val greedy = TokenChoice { logits ->
            var best = 0
            for (id in logits.indices) {
                if (logits[id] > logits[best]) {
                    best = id
                }
            }
            best
        }

        /** At random from the [most] most likely tokens; a lower [temperature] prefers the likely ones more. */
        fun sampled(temperature: Float, most: Int, seed: Long): TokenChoice {
            require(temperature > 0) { "temperature: $temperature; it must be over 0, or choose greedily" }
            require(most > 0) { "most: $most; it must be at least 1" }
            val random = Random(seed)
            return TokenChoice { logits ->
                val candidates = logits.indices.sortedByDescending { logits[it] }.take(most)
                val largest = logits[candidates[0]]
                val weights = candidates.map { exp(((logits[it] - largest) / temperature).toDouble()) }
                var rest = random.nextDouble() * weights.sum()
                candidates.indices
                    .firstOrNull {
                        rest -= weights[it]
                        rest < 0
                    }
                    ?.let { candidates[it] } ?: candidates.last()
            }
        }
    }
}
