package dev.lancet.runtime.generate;

/** Why a generated text ends. */
public enum FinishReason {
    /** The model generated the token that ends a text. */
    END_TOKEN,
    /** The model generated a stop string. */
    STOP_STRING,
    /** The text has as many tokens as were asked for, or as the context of the model takes. */
    LENGTH,
    /** Whoever receives the text ended it. */
    CANCELLED
}
