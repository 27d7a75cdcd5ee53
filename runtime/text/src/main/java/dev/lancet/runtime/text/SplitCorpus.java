package dev.lancet.runtime.text;

import dev.lancet.io.Progress;
import java.util.function.BiConsumer;

/** Texts in two parts: one for training, and one that is held out. */
interface SplitCorpus {

    /** Number of different texts. */
    int documents();

    /** Number of texts that are left out because an equal text came before. */
    int repeated();

    /** Number of different texts that are held out. */
    int heldOut();

    /** Hexadecimal SHA-256 of all texts and of the choice of held-out ones; or of the training texts only. */
    String fingerprint(boolean trainingOnly);

    /** Passes each text to {@code taker}, with whether it is held out. */
    void each(String what, Progress progress, BiConsumer<String, Boolean> taker);
}
