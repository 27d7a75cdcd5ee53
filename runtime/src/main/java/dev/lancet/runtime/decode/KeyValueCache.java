package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * The keys and values of the tokens that a model has read, for texts of equal length. They stay in tensors that go from one
 * run to the next without a copy through the JVM.
 */
public final class KeyValueCache implements AutoCloseable {

    private final List<String> names = new ArrayList<>();
    private List<Tensor> past = new ArrayList<>();
    private AutoCloseable owner;
    private int length;

    /** A cache for so many texts of which nothing is read yet. */
    public KeyValueCache(Transformer transformer, int texts) {
        Shape shape = Shape.of(
                texts,
                transformer.attention().kvHeads(),
                0,
                transformer.attention().headWidth());
        for (int layer = 0; layer < transformer.layers(); layer++) {
            for (String what : List.of("k", "v")) {
                names.add("cache." + layer + "." + what);
                past.add(TFloat32.tensorOf(shape));
            }
        }
        List<Tensor> first = past;
        owner = () -> first.forEach(Tensor::close);
    }

    /** The tokens that were read of each text. */
    public int length() {
        return length;
    }

    /** Feeds the cache to a run. */
    public Session.Runner feed(Session.Runner runner) {
        for (int i = 0; i < names.size(); i++) {
            runner.feed(names.get(i), past.get(i));
        }
        return runner;
    }

    /** Fetches the grown cache from a run, after everything else that the run fetches. */
    public Session.Runner fetch(Session.Runner runner) {
        names.forEach(name -> runner.fetch(name + ".next"));
        return runner;
    }

    /**
     * Takes the grown cache out of the result of a run; the result belongs to the cache from now on.
     *
     * @param from the index of the first cache in the result
     * @param tokens the number of tokens that the run read of each text
     */
    public void take(Result result, int from, int tokens) {
        close();
        owner = result;
        past = new ArrayList<>();
        for (int i = from; i < result.size(); i++) {
            past.add(result.get(i));
        }
        length += tokens;
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
