package dev.lancet.runtime.text;

import dev.lancet.io.Progress;
import java.util.function.BiConsumer;

/** Texts of which some are held out. */
interface SplitCorpus {

    /** Different texts. */
    int documents();

    /** Texts left out because an equal one came before. */
    int repeated();

    /** Different texts held out. */
    int heldOut();

    /** Hexadecimal SHA-256 of the texts and of which are held out; or only of those that are not. */
    String fingerprint(boolean trainingOnly);

    /** Hands over each text, and whether it is held out. */
    void each(String what, Progress progress, BiConsumer<String, Boolean> taker);
}
