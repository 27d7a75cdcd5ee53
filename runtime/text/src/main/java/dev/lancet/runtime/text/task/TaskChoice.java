package dev.lancet.runtime.text.task;

/**
 * One answer to a question, as text.
 *
 * @param context the text before it
 * @param continuation the text whose likelihood is measured; it begins with a space
 * @param words the answer itself
 */
public record TaskChoice(String context, String continuation, String words) {

    /** The length by which a log likelihood is divided: the characters of the answer (as in lm-evaluation-harness). */
    public int characters() {
        return words.codePointCount(0, words.length());
    }
}
