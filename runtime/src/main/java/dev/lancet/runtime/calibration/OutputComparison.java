package dev.lancet.runtime.calibration;

/** Compares an output of two models row by row, in 64 bits. */
final class OutputComparison {

    private double cosines;
    private double least = 1;
    private long rows;
    private double error;
    private double size;

    /** Adds some rows, one after the other in both arrays. */
    void add(int count, float[] before, float[] after) {
        int width = before.length / count;
        for (int row = 0; row < count; row++) {
            double both = 0;
            double first = 0;
            double second = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                both += (double) before[i] * after[i];
                first += (double) before[i] * before[i];
                second += (double) after[i] * after[i];
                double difference = (double) before[i] - after[i];
                error += difference * difference;
            }
            double norm = Math.sqrt(first) * Math.sqrt(second);
            double cosine = norm == 0 ? (first == second ? 1 : 0) : Math.min(1, both / norm);
            // A smaller model may compute NaN; then the cosine is NaN and stays so.
            least = Math.min(least, cosine);
            cosines += cosine;
            size += first;
            rows++;
        }
    }

    OutputQuality quality() {
        return new OutputQuality(cosines / rows, least, size == 0 ? 0 : Math.sqrt(error / size));
    }
}
