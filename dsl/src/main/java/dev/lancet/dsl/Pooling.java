package dev.lancet.dsl;

import java.util.Locale;

/** How the vectors of the tokens of a text become one vector. Positions that only fill up a row do not count. */
public enum Pooling {
    /** The mean over the tokens. */
    MEAN,
    /** The vector of the first token, which is {@code [CLS]} in BERT. */
    CLS,
    /** The vector of the last token. */
    LAST;

    /** The code that makes this value: {@code mean()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
