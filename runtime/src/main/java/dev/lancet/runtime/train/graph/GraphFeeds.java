package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The feeds of one run of an imported graph; releases its tensors when it is closed. */
public final class GraphFeeds implements AutoCloseable {

    private final Session.Runner runner;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** Feeds a runner. */
    public GraphFeeds(Session.Runner runner) {
        this.runner = runner;
    }

    /** Feeds a tensor, which these feeds own from now on. */
    public GraphFeeds put(String node, Tensor tensor) {
        tensors.add(tensor);
        names.add(port(node));
        runner.feed(node, tensor);
        return this;
    }

    /**
     * Feeds all inputs of a signature.
     *
     * @throws LancetException if an input is missing or has another type or shape
     */
    public GraphFeeds put(Examples examples, SignatureDef signature) {
        signature.getInputsMap().forEach((name, info) -> {
            Tensor tensor = examples.tensor(name, info.getDtype());
            put(info.getName(), tensor);
            check(name, info, tensor.shape());
        });
        return this;
    }

    /** The number of rows that a signature takes; empty if it takes any. */
    public static OptionalInt fixedRows(SignatureDef signature) {
        return signature.getInputsMap().values().stream()
                .filter(input -> input.getTensorShape().getDimCount() > 0)
                .mapToLong(input -> input.getTensorShape().getDim(0).getSize())
                .filter(rows -> rows > 0)
                .mapToInt(Math::toIntExact)
                .findFirst();
    }

    /** A graph without stated shapes, or with one of no axes, as old graphs have them, takes any. */
    private static void check(String name, TensorInfo info, Shape given) {
        List<TensorShapeProto.Dim> wanted = info.getTensorShape().getDimList();
        boolean fits = wanted.isEmpty() || wanted.size() == given.numDimensions();
        for (int i = 0; fits && i < wanted.size(); i++) {
            fits = wanted.get(i).getSize() < 0 || wanted.get(i).getSize() == given.get(i);
        }
        if (!fits) {
            String shape = wanted.stream()
                    .map(dim -> dim.getSize() < 0 ? "any" : String.valueOf(dim.getSize()))
                    .collect(Collectors.joining(", ", "[", "]"));
            throw new LancetException("examples: the signature takes its input '" + name + "' in the shape " + shape
                    + ", but these rows have " + Arrays.toString(given.asArray()) + "; give the array that shape");
        }
    }

    private static String port(String node) {
        return node.contains(":") ? node : node + ":0";
    }

    /** The tensor that is fed under this name, if there is one; these feeds own it. */
    public Optional<Tensor> fed(String node) {
        int at = names.indexOf(port(node));
        return at < 0 ? Optional.empty() : Optional.of(tensors.get(at));
    }

    /** Fetches a tensor. */
    public GraphFeeds fetch(String node) {
        runner.fetch(node);
        return this;
    }

    GraphFeeds target(String node) {
        runner.addTarget(node);
        return this;
    }

    /**
     * Runs the graph.
     *
     * @param how runs the runner, so that a caller may trace it
     * @throws LancetException if the graph does not accept the feeds
     */
    public Result run(Function<Session.Runner, Result> how) {
        try {
            return how.apply(runner);
        } catch (RuntimeException wrong) {
            // TensorFlow's exceptions have no other common superclass.
            String first =
                    String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
            throw new LancetException(
                    "graph: it does not run on these examples: " + first + "; check the values of the inputs", wrong);
        }
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }
}
