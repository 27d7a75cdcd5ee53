package dev.lancet.runtime.text.instruction;

import java.util.Locale;

/**
 * What some examples consist of.
 *
 * @param examples number of different examples that are used
 * @param heldOut number of these that are held out
 * @param repeated number of examples that are left out because an equal one came before
 * @param tooLong number of examples that are left out because they are longer than a sequence
 * @param cut number of used examples that are cut to the length of a sequence
 * @param tokens number of tokens of the used examples
 * @param answerTokens number of these with loss
 * @param longest number of tokens of the longest example, before it is cut or left out
 */
public record ExampleCounts(
        int examples, int heldOut, int repeated, int tooLong, int cut, long tokens, long answerTokens, int longest) {

    /** A summary in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d examples, %,d of them held out%s; %,d tokens, %,d of them answers with loss; longest %,d tokens%s%s",
                examples,
                heldOut,
                repeated == 0 ? "" : String.format(Locale.ROOT, ", %,d repeated ones left out", repeated),
                tokens,
                answerTokens,
                longest,
                tooLong == 0
                        ? ""
                        : String.format(Locale.ROOT, "; %,d left out because they are longer than a sequence", tooLong),
                cut == 0 ? "" : String.format(Locale.ROOT, "; %,d cut to the length of a sequence", cut));
    }
}
