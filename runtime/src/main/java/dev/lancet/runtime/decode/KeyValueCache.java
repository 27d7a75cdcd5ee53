package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
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

    /**
     * Forgets the last tokens of each text.
     *
     * @param kept how many of the first tokens to keep, at most {@link #length()}
     */
    public void truncate(int kept) {
        if (kept < 0 || kept > length) {
            throw new IllegalArgumentException(
                    "cache: " + kept + " tokens cannot be kept; it has the keys and values of " + length);
        }
        if (kept == length) {
            return;
        }
        List<Tensor> shorter = new ArrayList<>();
        past.forEach(tensor -> shorter.add(beginning(tensor, kept)));
        close();
        past = shorter;
        owner = () -> shorter.forEach(Tensor::close);
        length = kept;
    }

    /** The first tokens of keys or values {@code [texts, heads, tokens, width]}. */
    private static Tensor beginning(Tensor tensor, int tokens) {
        long[] sizes = tensor.shape().asArray();
        long whole = sizes[2] * sizes[3];
        long part = tokens * sizes[3];
        return TFloat32.tensorOf(Shape.of(sizes[0], sizes[1], tokens, sizes[3]), copy -> {
            FloatDataBuffer from = tensor.asRawTensor().data().asFloats();
            FloatDataBuffer to = copy.asRawTensor().data().asFloats();
            for (long row = 0; part > 0 && row < sizes[0] * sizes[1]; row++) {
                from.slice(row * whole, part).copyTo(to.slice(row * part, part), part);
            }
        });
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
