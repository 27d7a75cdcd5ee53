package dev.lancet.runtime.algebra;

/** Some vectors side by side: the columns {@code [length, count]} of an array, or its rows {@code [count, length]}. */
final class VectorSet {

    private final float[] values;
    private final int count;
    private final int length;
    private final boolean columns;

    /** Vectors in this array, which is not copied. */
    VectorSet(float[] values, int count, boolean columns) {
        this.values = values;
        this.count = count;
        this.columns = columns;
        length = values.length / count;
    }

    private int vector(int element) {
        return columns ? element % count : element / length;
    }

    /** The length of each vector in the Euclidean norm. */
    double[] norms() {
        double[] norms = new double[count];
        for (int i = 0; i < values.length; i++) {
            norms[vector(i)] += (double) values[i] * values[i];
        }
        for (int k = 0; k < count; k++) {
            norms[k] = Math.sqrt(norms[k]);
        }
        return norms;
    }

    /** The entry of the largest magnitude of each vector; of several, the first. */
    float[] largest() {
        float[] largest = new float[count];
        for (int i = 0; i < values.length; i++) {
            int k = vector(i);
            if (Math.abs(values[i]) > Math.abs(largest[k])) {
                largest[k] = values[i];
            }
        }
        return largest;
    }

    /** Multiplies each vector by its number. */
    void scale(float[] numbers) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= numbers[vector(i)];
        }
    }
}
