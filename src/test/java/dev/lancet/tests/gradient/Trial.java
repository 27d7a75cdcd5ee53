package dev.lancet.tests.gradient;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** A graph that runs: its variables are written and its tensors read as arrays of doubles, whatever their type. */
final class Trial implements AutoCloseable {

    private final Map<String, NodeDef> variables = new LinkedHashMap<>();
    private final Set<String> slots = new HashSet<>();
    private final Map<String, double[]> values = new LinkedHashMap<>();
    private final Map<String, Tensor> feeds = new LinkedHashMap<>();
    private final Graph graph = new Graph();
    private final Session session;
    private boolean unwritten;

    Trial(GraphDef def) {
        this(def, 1);
    }

    /** A graph over some virtual processors. */
    Trial(GraphDef def, int processors) {
        def.getNodeList().stream()
                .map(NodeDef::getName)
                .filter(name -> name.endsWith(".start"))
                .forEach(name -> slots.add(name.substring(0, name.length() - ".start".length())));
        GraphDef.Builder loading = def.toBuilder();
        for (NodeDef node : def.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                variables.put(node.getName(), node);
                AttrValue type = node.getAttrOrThrow("dtype");
                loading.addNode(NodeDef.newBuilder()
                        .setName(node.getName() + ".fed")
                        .setOp("Placeholder")
                        .putAttr("dtype", type)
                        .putAttr("shape", node.getAttrOrThrow("shape")));
                loading.addNode(NodeDef.newBuilder()
                        .setName(node.getName() + ".set")
                        .setDevice(node.getDevice())
                        .setOp("AssignVariableOp")
                        .addInput(node.getName())
                        .addInput(node.getName() + ".fed")
                        .putAttr("dtype", type));
            }
        }
        graph.importGraphDef(loading.build());
        session = new Session(
                graph,
                ConfigProto.newBuilder()
                        .putDeviceCount("CPU", processors)
                        .setGraphOptions(GraphOptions.newBuilder()
                                .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
                        .build());
    }

    List<Long> shape(String variable) {
        return variables.get(variable).getAttrOrThrow("shape").getShape().getDimList().stream()
                .map(size -> size.getSize())
                .toList();
    }

    /** Every variable but optimiser slots gets small numbers, the same for the same seed; gains are near one. */
    Map<String, double[]> fill(long seed) {
        Random random = new Random(seed);
        for (String name : variables.keySet()) {
            if (!slots.contains(name)) {
                double[] numbers = new double[(int) size(shape(name))];
                double centre = name.endsWith(".gain") ? 1 : name.endsWith(".scale") ? 0.004 : 0;
                double spread = name.endsWith(".scale") ? 0.001 : 0.3;
                boolean codes = type(name) == DataType.DT_UINT8;
                boolean halves = type(name) == DataType.DT_BFLOAT16;
                for (int i = 0; i < numbers.length; i++) {
                    float number = codes ? random.nextInt(256) : (float) (centre + spread * random.nextGaussian());
                    numbers[i] = halves ? Float.intBitsToFloat(upper(number) << 16) : number;
                }
                values.put(name, numbers);
            }
        }
        unwritten = true;
        return Map.copyOf(values);
    }

    void set(String variable, double[] numbers) {
        values.put(variable, numbers);
        unwritten = true;
    }

    /**
     * Writes what was set since the last run. All variables at once: every new set of feeds costs the session more than the
     * numbers do.
     */
    private void write() {
        if (!unwritten) {
            return;
        }
        unwritten = false;
        List<Tensor> tensors = new ArrayList<>();
        Session.Runner runner = session.runner();
        values.forEach((variable, numbers) -> {
            Shape shape =
                    Shape.of(shape(variable).stream().mapToLong(Long::longValue).toArray());
            tensors.add(
                    switch (type(variable)) {
                        case DT_DOUBLE -> doubles(shape, numbers);
                        case DT_BFLOAT16 -> halves(shape, numbers);
                        case DT_UINT8 -> codes(shape, numbers);
                        default -> floats(shape, numbers);
                    });
            runner.feed(variable + ".fed", tensors.get(tensors.size() - 1)).addTarget(variable + ".set");
        });
        runner.run().close();
        tensors.forEach(Tensor::close);
    }

    private DataType type(String variable) {
        return variables.get(variable).getAttrOrThrow("dtype").getType();
    }

    private static short upper(float number) {
        return (short) (Float.floatToIntBits(number) >>> 16);
    }

    private static TBfloat16 halves(Shape shape, double[] numbers) {
        short[] upper = new short[numbers.length];
        for (int i = 0; i < upper.length; i++) {
            upper[i] = upper((float) numbers[i]);
        }
        return TBfloat16.tensorOf(
                shape, tensor -> tensor.asRawTensor().data().asShorts().write(upper));
    }

    private static TUint8 codes(Shape shape, double[] numbers) {
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (int) numbers[i];
        }
        return TUint8.tensorOf(shape, DataBuffers.of(bytes));
    }

    /** Feeds random ids below {@code bound} to an int32 placeholder, from now on. */
    void feedIds(String placeholder, int bound, long seed, long... shape) {
        int[] ids = new Random(seed)
                .ints(LongStream.of(shape).reduce(1, (a, b) -> a * b), 0, bound)
                .toArray();
        put(placeholder, TInt32.tensorOf(Shape.of(shape), DataBuffers.of(ids)));
    }

    /** Feeds integers from now on. */
    void feed(String placeholder, int[] numbers, long... shape) {
        put(placeholder, TInt32.tensorOf(Shape.of(shape), DataBuffers.of(numbers)));
    }

    /** Feeds floating numbers from now on. */
    void feed(String placeholder, double[] numbers, long... shape) {
        put(placeholder, wide(placeholder) ? doubles(Shape.of(shape), numbers) : floats(Shape.of(shape), numbers));
    }

    /** Feeds a floating scalar from now on. */
    void feed(String placeholder, double number) {
        put(placeholder, wide(placeholder) ? TFloat64.scalarOf(number) : TFloat32.scalarOf((float) number));
    }

    private boolean wide(String placeholder) {
        return graph.operation(placeholder) != null
                && graph.operation(placeholder).output(0).dataType() == DataType.DT_DOUBLE;
    }

    private void put(String placeholder, Tensor tensor) {
        Tensor before = feeds.put(placeholder, tensor);
        if (before != null) {
            before.close();
        }
    }

    double[] fetch(String tensor) {
        return fetch(List.of(tensor), List.of()).get(0);
    }

    List<double[]> fetchAll(List<String> variables, String suffix) {
        return fetch(variables.stream().map(name -> name + suffix).toList(), List.of());
    }

    void run(String target) {
        fetch(List.of(), List.of(target));
    }

    List<double[]> fetch(List<String> tensors, List<String> targets) {
        write();
        Session.Runner runner = session.runner();
        feeds.forEach((name, tensor) -> {
            if (graph.operation(name) != null) {
                runner.feed(name, tensor);
            }
        });
        tensors.forEach(runner::fetch);
        targets.forEach(runner::addTarget);
        try (Result result = runner.run()) {
            List<double[]> values = new ArrayList<>();
            result.forEach(entry -> values.add(numbers(entry.getValue())));
            return values;
        }
    }

    private static long size(List<Long> shape) {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    private static Tensor doubles(Shape shape, double[] numbers) {
        return TFloat64.tensorOf(shape, DataBuffers.of(numbers));
    }

    private static Tensor floats(Shape shape, double[] numbers) {
        float[] narrow = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            narrow[i] = (float) numbers[i];
        }
        return TFloat32.tensorOf(shape, DataBuffers.of(narrow));
    }

    private static double[] numbers(Tensor tensor) {
        int size = (int) tensor.shape().size();
        double[] numbers = new double[size];
        if (tensor.dataType() == DataType.DT_DOUBLE) {
            tensor.asRawTensor().data().asDoubles().read(numbers);
        } else {
            float[] narrow = new float[size];
            tensor.asRawTensor().data().asFloats().read(narrow);
            for (int i = 0; i < size; i++) {
                numbers[i] = narrow[i];
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        feeds.values().forEach(Tensor::close);
        session.close();
        graph.close();
    }
}
