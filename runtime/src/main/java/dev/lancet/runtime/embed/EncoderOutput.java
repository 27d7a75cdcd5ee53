package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The output of a sentence encoder that has the vectors.
 *
 * @param name its name in the signature
 * @param perToken whether it is {@code [batch, positions, width]}, of which the mean is taken; otherwise {@code [batch,
 *     width]}
 * @param width the numbers of a vector
 * @param unitLength whether a vector is divided by its length
 */
record EncoderOutput(String name, boolean perToken, int width, boolean unitLength) {

    /** Names that encoders usually give, the vector of the whole text first. */
    private static final List<String> USUAL = List.of("sentence_embedding", "embedding", "last_hidden_state");

    private static final int WIDEST = 1 << 16;

    /**
     * The output with a usual name, or the only one that is float and has two or three axes, of which the last is fixed.
     *
     * @param model the model, for messages
     * @throws LancetException if there is none, or several without a usual name
     */
    static EncoderOutput of(SignatureDef signature, String model) {
        Map<String, EncoderOutput> found = new TreeMap<>();
        signature.getOutputsMap().forEach((name, info) -> {
            if (fits(info)) {
                int axes = info.getTensorShape().getDimCount();
                int width = (int) info.getTensorShape().getDim(axes - 1).getSize();
                found.put(name, new EncoderOutput(name, axes == 3, width, true));
            }
        });
        for (String usual : USUAL) {
            if (found.containsKey(usual)) {
                return found.get(usual);
            }
        }
        if (found.size() != 1) {
            throw new LancetException("outputs: " + model + " has "
                    + signature.getOutputsMap().keySet().stream().sorted().toList()
                    + "; an encoder of texts has one float output [batch, width] or [batch, positions, width], or one named "
                    + String.join(", ", USUAL));
        }
        return found.values().iterator().next();
    }

    /** The same output, of which vectors keep their length. */
    EncoderOutput ofAnyLength() {
        return new EncoderOutput(name, perToken, width, false);
    }

    private static boolean fits(TensorInfo info) {
        int axes = info.getTensorShape().getDimCount();
        if (info.getDtype() != DataType.DT_FLOAT || (axes != 2 && axes != 3)) {
            return false;
        }
        long width = info.getTensorShape().getDim(axes - 1).getSize();
        return width > 0 && width <= WIDEST;
    }

    /**
     * The vector of a row.
     *
     * @param values the output for all rows, in row-major order
     * @param rows how many rows
     * @param tokens the tokens of this row; the positions after them are left out
     */
    float[] vector(float[] values, int rows, int row, int tokens) {
        double[] sum = new double[width];
        int positions = perToken ? values.length / rows / width : 1;
        int used = perToken ? tokens : 1;
        for (int position = 0; position < used; position++) {
            int from = (row * positions + position) * width;
            for (int i = 0; i < width; i++) {
                sum[i] += values[from + i];
            }
        }
        double square = 0;
        for (double value : sum) {
            square += value * value;
        }
        double mean = used > 0 ? 1.0 / used : 0;
        double scale = !unitLength ? mean : square > 0 ? 1 / Math.sqrt(square) : 0;
        float[] vector = new float[width];
        for (int i = 0; i < width; i++) {
            vector[i] = (float) (sum[i] * scale);
        }
        return vector;
    }
}
