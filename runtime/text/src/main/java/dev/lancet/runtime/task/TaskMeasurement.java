package dev.lancet.runtime.task;

import dev.lancet.runtime.text.task.Classification;
import java.util.List;

/**
 * The result of one way of finding answers.
 *
 * @param scoring the way
 * @param classification how the answers agree with the right ones. If any text may be an answer, it has one label, for a
 *     right answer.
 * @param unparsed the first few generated answers in which no label was found
 */
public record TaskMeasurement(Scoring scoring, Classification classification, List<String> unparsed) {

    /** A way of finding the answer of a model. */
    public enum Scoring {
        /** The label with the highest log likelihood. */
        LIKELIHOOD("by likelihood"),
        /** The label with the highest log likelihood per character. */
        NORMALISED("by likelihood per character"),
        /** The label in the generated text. */
        GENERATE("by generation"),
        /** The class to which a classifier gives the highest probability. */
        CLASS_PROBABILITY("by class probability");

        private final String words;

        Scoring(String words) {
            this.words = words;
        }

        /** The name for people. */
        public String words() {
            return words;
        }
    }

    public TaskMeasurement {
        unparsed = List.copyOf(unparsed);
    }
}
