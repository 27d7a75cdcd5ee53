package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.SignatureDef;

/** The feeds of one run of an imported graph; releases its tensors when it is closed. */
public final class GraphFeeds implements AutoCloseable {

    private final Session.Runner runner;
    private final List<Tensor> tensors = new ArrayList<>();

    /** Feeds a runner. */
    public GraphFeeds(Session.Runner runner) {
        this.runner = runner;
    }

    GraphFeeds put(String node, Tensor tensor) {
        tensors.add(tensor);
        runner.feed(node, tensor);
        return this;
    }

    /** Feeds all inputs of a signature. */
    public GraphFeeds put(Examples examples, SignatureDef signature) {
        signature.getInputsMap().forEach((name, info) -> put(info.getName(), examples.tensor(name, info.getDtype())));
        return this;
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
            throw new LancetException("graph: it does not run on these examples: " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }
}
