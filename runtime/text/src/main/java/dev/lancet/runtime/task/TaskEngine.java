package dev.lancet.runtime.task;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.generate.PromptLimits;
import java.util.List;

/** A model that an engine runs, as {@link TaskEvaluation} needs it. */
public interface TaskEngine {

    /** What the model can read. */
    PromptLimits limits();

    /**
     * The log likelihood of each continuation in nats, summed over its tokens.
     *
     * @param progress is told how many are done
     * @throws LancetException if one is not a number
     */
    double[] score(List<ContinuationRequest> requests, Progress.Task progress);

    /**
     * The first line that the model writes after each prompt, with the likeliest token at each position.
     *
     * @param prompts the prompts; together with the new tokens each fits into the context
     * @param tokens the most tokens to write
     * @param progress is told how many are done
     */
    List<String> firstLines(List<int[]> prompts, int tokens, Progress.Task progress);

    /**
     * Checks the log likelihood of a continuation, and returns it.
     *
     * @throws LancetException if it is not a number
     */
    static double finite(double sum) {
        if (!Double.isFinite(sum)) {
            throw new LancetException("task: the log likelihood of an answer is " + sum
                    + "; the weights hold numbers that are not finite");
        }
        return sum;
    }
}
