package dev.lancet.assertj;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.GraphRunner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Compares what two graphs compute. Both get the same inputs: random values from a seed in the types and shapes of their
 * signature, or values from the test. {@link #within} runs them.
 */
public final class NumericAssert {

    private final GraphFile actual;
    private final GraphFile other;
    private final Consumer<String> complain;
    private final Map<String, TensorProto> given = new HashMap<>();
    private long seed = 42;
    private int batch = 2;

    NumericAssert(GraphFile actual, GraphFile other, Consumer<String> complain) {
        this.actual = actual;
        this.other = other;
        this.complain = complain;
    }

    /** Uses another seed for random inputs; the default is 42. */
    public NumericAssert seed(long other) {
        seed = other;
        return this;
    }

    /** The size of unknown dimensions; the default is 2. */
    public NumericAssert batch(int size) {
        batch = size;
        return this;
    }

    /** Feeds these values, in row-major order, to the input with this name instead of random ones. */
    public NumericAssert feeding(String input, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return feeding(input, DataType.DT_FLOAT, bytes, values.length, shape);
    }

    /** Feeds these values, in row-major order, to the int32 input with this name, such as token ids. */
    public NumericAssert feeding(String input, int[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return feeding(input, DataType.DT_INT32, bytes, values.length, shape);
    }

    private NumericAssert feeding(String input, DataType type, ByteBuffer bytes, int count, long... shape) {
        if (Arrays.stream(shape).reduce(1, (a, b) -> a * b) != count) {
            throw new IllegalArgumentException(
                    "input " + input + ": " + count + " values do not fill the shape " + Arrays.toString(shape));
        }
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        Arrays.stream(shape).forEach(size -> dims.addDimBuilder().setSize(size));
        given.put(
                input,
                TensorProto.newBuilder()
                        .setDtype(type)
                        .setTensorShape(dims)
                        .setTensorContent(ByteString.copyFrom(bytes))
                        .build());
        return this;
    }

    /**
     * Runs both graphs and verifies that no output value differs by more than the tolerance.
     *
     * @param tolerance largest absolute difference
     * @throws LancetException if no graph runner is on the class path, or if one of the graphs does not run
     */
    public void within(double tolerance) {
        Map<String, SignatureDef> here = new TreeMap<>(actual.calls());
        Map<String, SignatureDef> there = other.calls();
        GraphRunner runner = ServiceLoader.load(GraphRunner.class)
                .findFirst()
                .orElseThrow(() -> new LancetException(
                        "numbers: no graph runner is on the class path; add dev.lancet:lancet-runtime to the"
                                + " dependencies of the tests"));
        here.forEach((name, signature) -> {
            SignatureDef same = there.get(name);
            if (same == null) {
                complain.accept("graph: the other graph has no signature " + name + "; it has "
                        + new TreeMap<>(there).keySet());
                return;
            }
            Map<String, TensorProto> inputs = new Feeds(seed, batch, given).of(signature);
            compare(tolerance, runner.run(actual, signature, inputs), runner.run(other, same, inputs));
        });
    }

    private void compare(double tolerance, Map<String, double[]> here, Map<String, double[]> there) {
        if (here.isEmpty() || !here.keySet().equals(there.keySet())) {
            complain.accept("graph: its outputs are " + new TreeMap<>(here).keySet() + ", those of the other "
                    + new TreeMap<>(there).keySet() + "; both need the same numeric outputs");
            return;
        }
        new TreeMap<>(here).forEach((output, values) -> {
            double[] others = Objects.requireNonNull(there.get(output));
            if (values.length != others.length) {
                complain.accept(
                        "graph: " + output + " has " + values.length + " numbers, " + others.length + " in the other");
                return;
            }
            int worst = worst(values, others);
            if (worst >= 0 && !(Math.abs(values[worst] - others[worst]) <= tolerance)) {
                complain.accept("graph: " + output + " differs by " + Math.abs(values[worst] - others[worst])
                        + ", more than " + tolerance + ": number " + worst + " is " + values[worst] + ", "
                        + others[worst] + " in the other (seed " + seed + ", batch " + batch + ")");
            }
        });
    }

    /** The index of the largest difference, with NaN first; -1 if all values are equal. */
    private static int worst(double[] a, double[] b) {
        int worst = -1;
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Double.compare(a[i], b[i]) == 0 ? 0 : Math.abs(a[i] - b[i]);
            if (Double.isNaN(difference)) {
                return i;
            }
            if (difference > most) {
                most = difference;
                worst = i;
            }
        }
        return worst;
    }
}
