package dev.lancet.dsl;

/** How a model represents the position of a token in the text. */
public sealed interface Position {

    /**
     * A learned vector per position, added to the embedding, as in GPT-2.
     *
     * @param first the row of the table that the first position takes; 2 in RoBERTa
     */
    record Learned(int first) implements Position {
        public Learned {
            Check.that(first >= 0 && first <= 1024, "learned: first row %d; it must be 0 to 1024", first);
        }

        /** The same table with other rows before that of the first position. */
        public Learned from(int first) {
            return new Learned(first);
        }

        @Override
        public String toString() {
            return "learned()" + (first == 0 ? "" : ".from(" + first + ")");
        }
    }

    /** No positions: only the mask of attention tells tokens apart, as in every fourth block of SmolLM3. */
    record None() implements Position {
        @Override
        public String toString() {
            return "noPositions()";
        }
    }

    /**
     * Rotary embedding (Su et al., 2021): rotates the halves of each query and key head by position · θ^(−2i/d).
     *
     * @param theta the base of the frequencies
     * @param scaling how the frequencies are scaled for longer contexts
     * @param width how many of the first elements of a head are rotated, or 0 for all
     */
    record Rotary(double theta, Scaling scaling, int width) implements Position {
        public Rotary {
            Check.that(
                    width >= 0 && width % 2 == 0,
                    "rotary: width %d; it must be even and positive, or 0 for the whole head",
                    width);
            Check.that(
                    theta > 1 && theta < Double.POSITIVE_INFINITY,
                    "rotary: theta %s; it must be greater than 1 and finite, usually 10000",
                    theta);
        }

        /** The same rotation with scaled frequencies. */
        public Rotary scaling(Scaling scaling) {
            return new Rotary(theta, scaling, width);
        }

        /** Rotates only the first {@code width} elements of each head, as in GPT-NeoX. */
        public Rotary width(int width) {
            return new Rotary(theta, scaling, width);
        }

        /** How many elements of a head of this width are rotated. */
        public int rotated(int headWidth) {
            return width == 0 ? headWidth : width;
        }

        /**
         * The inverse frequencies of a head, after scaling, in radians per position.
         *
         * @param headWidth width of a head, even
         * @return {@code [rotated(headWidth) / 2]}
         */
        public double[] inverseFrequencies(int headWidth) {
            int rotated = rotated(headWidth);
            double[] frequencies = new double[rotated / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = scaling.apply(Math.pow(theta, -2.0 * i / rotated));
            }
            return frequencies;
        }

        @Override
        public String toString() {
            return "rotary(" + theta + ")" + (width == 0 ? "" : ".width(" + width + ")")
                    + (scaling instanceof Unscaled ? "" : ".scaling(" + scaling + ")");
        }
    }

    /** How rotary frequencies are scaled for longer contexts. */
    sealed interface Scaling {
        /** The scaled form of one inverse frequency. */
        double apply(double frequency);
    }

    /** Frequencies as trained. */
    record Unscaled() implements Scaling {
        @Override
        public double apply(double frequency) {
            return frequency;
        }
    }

    /**
     * Position interpolation (Chen et al., 2023): divides every frequency by the factor.
     *
     * @param factor how many times longer the context is
     */
    record Linear(double factor) implements Scaling {
        public Linear {
            Check.that(
                    factor >= 1 && factor < Double.POSITIVE_INFINITY,
                    "rotary scaling: factor %s; it must be at least 1 and finite",
                    factor);
        }

        @Override
        public double apply(double frequency) {
            return frequency / factor;
        }

        @Override
        public String toString() {
            return "linear(" + factor + ")";
        }
    }

    /**
     * Llama 3's scaling: divides low frequencies by the factor, keeps high ones, and interpolates between them.
     *
     * @param factor divisor of the low frequencies
     * @param lowFactor the frequencies with a wavelength above {@code trainedContext / lowFactor} are fully divided
     * @param highFactor the frequencies with a wavelength below {@code trainedContext / highFactor} are kept
     * @param trainedContext the context the frequencies were trained for
     */
    record Llama3(double factor, double lowFactor, double highFactor, int trainedContext) implements Scaling {
        public Llama3 {
            Check.that(
                    factor >= 1 && factor < Double.POSITIVE_INFINITY,
                    "rotary scaling: factor %s; it must be at least 1 and finite",
                    factor);
            Check.that(
                    lowFactor > 0 && highFactor > lowFactor && highFactor < Double.POSITIVE_INFINITY,
                    "rotary scaling: low %s and high %s frequency factors; high must be greater than low",
                    lowFactor,
                    highFactor);
            Check.that(trainedContext > 0, "rotary scaling: trained context %d; it must be positive", trainedContext);
        }

        @Override
        public double apply(double frequency) {
            double wave = 2 * Math.PI / frequency;
            if (wave < trainedContext / highFactor) {
                return frequency;
            }
            if (wave > trainedContext / lowFactor) {
                return frequency / factor;
            }
            double smooth = (trainedContext / wave - lowFactor) / (highFactor - lowFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
        }

        @Override
        public String toString() {
            return "llama3(" + factor + ", " + lowFactor + ", " + highFactor + ", " + trainedContext + ")";
        }
    }

    /** A learned table of positions. */
    static Learned learned() {
        return new Learned(0);
    }

    /** No positions. */
    static Position noPositions() {
        return new None();
    }

    /** Rotary embedding with the frequencies as trained. */
    static Rotary rotary(double theta) {
        return new Rotary(theta, new Unscaled(), 0);
    }

    /** Position interpolation by a factor. */
    static Scaling linearScaling(double factor) {
        return new Linear(factor);
    }

    /** Llama 3's scaled frequencies. */
    static Scaling llama3Scaling(double factor, double lowFactor, double highFactor, int trainedContext) {
        return new Llama3(factor, lowFactor, highFactor, trainedContext);
    }
}
