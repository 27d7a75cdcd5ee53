package dev.lancet.dsl;

import java.util.Locale;

/** What a transformer gives: scores of tokens or of classes, or a vector. */
public sealed interface Head {

    /**
     * Scores of the next token: {@code cap · tanh(scale · x · W / cap)}.
     *
     * @param scale the factor of the scores
     * @param cap the soft cap of the scores, or 0 for none
     */
    record NextToken(double scale, double cap) implements Head {
        public NextToken {
            Check.that(scale > 0 && scale < Double.POSITIVE_INFINITY, "head: scale %s; it must be positive", scale);
            Check.that(
                    cap >= 0 && cap < Double.POSITIVE_INFINITY,
                    "head: cap %s; it must be positive, or 0 for none",
                    cap);
        }

        /** Multiplies the scores, as in Granite. */
        public NextToken scale(double scale) {
            return new NextToken(scale, cap);
        }

        /** Caps the scores softly, as in Gemma 2. */
        public NextToken cap(double cap) {
            return new NextToken(scale, cap);
        }

        @Override
        public String toString() {
            return "nextToken()" + (scale == 1 ? "" : ".scale(" + scale + ")") + (cap == 0 ? "" : ".cap(" + cap + ")");
        }
    }

    /**
     * Scores of the tokens that a mask hides: {@code norm(activation(x · dense)) · W + bias}.
     *
     * @param activation between the dense layer and the norm
     * @param unbiased whether the dense layer has no bias
     */
    record MaskedToken(Activation activation, boolean unbiased) implements Head {
        /** A dense layer without bias, as in ModernBERT. */
        public MaskedToken withoutBias() {
            return new MaskedToken(activation, true);
        }

        @Override
        public String toString() {
            return "maskedToken(" + activation + ")" + (unbiased ? ".withoutBias()" : "");
        }
    }

    /**
     * The vector of a text.
     *
     * @param pooling how it follows from the vectors of the tokens
     * @param unitLength whether it is divided by its length
     */
    record TextVector(Pooling pooling, boolean unitLength) implements Head {
        /** Divides the vector by its length, so that products of vectors are cosines. */
        public TextVector normalized() {
            return new TextVector(pooling, true);
        }

        @Override
        public String toString() {
            return "textVector(" + pooling + ")" + (unitLength ? ".normalized()" : "");
        }
    }

    /**
     * Scores of classes: {@code activation(pooled · dense + bias) · W + bias}.
     *
     * @param count the number of classes
     * @param pooling how the vectors of the tokens become one
     * @param activation after the dense layer, which is {@code [width, width]}
     */
    record Classes(int count, Pooling pooling, Activation activation) implements Head {
        public Classes {
            Check.that(count > 0, "head: %d classes; there must be at least 1", count);
        }

        @Override
        public String toString() {
            return "classes(" + count + ", " + pooling + ", " + activation + ")";
        }
    }

    /** The function after the dense layer of a head. */
    enum Activation {
        /** The hyperbolic tangent, as in BERT's pooler. */
        TANH,
        /** {@code max(x, 0)}, as in DistilBERT's classifier. */
        RELU,
        /** The exact {@code x·Φ(x)}. */
        GELU,
        /** GELU with the tanh approximation. */
        GELU_TANH;

        /** The code that makes this value: {@code tanh()}. */
        @Override
        public String toString() {
            return this == GELU_TANH ? "geluTanh()" : name().toLowerCase(Locale.ROOT) + "()";
        }
    }

    /** Scores of the next token, the head of a decoder. */
    static NextToken nextToken() {
        return new NextToken(1, 0);
    }

    /** Scores of hidden tokens, the head that encoders are trained with. */
    static MaskedToken maskedToken(Activation activation) {
        return new MaskedToken(activation, false);
    }

    /** The vector of a text. */
    static TextVector textVector(Pooling pooling) {
        return new TextVector(pooling, false);
    }

    /** Scores of classes. */
    static Classes classes(int count, Pooling pooling, Activation activation) {
        return new Classes(count, pooling, activation);
    }
}
