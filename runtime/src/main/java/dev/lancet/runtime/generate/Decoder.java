package dev.lancet.runtime.generate;

import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The state of one text in a decoding graph: reads tokens and returns the logits of the next one. The cached keys and
 * values stay in tensors that go from one run to the next without a copy through the JVM.
 */
public final class Decoder implements AutoCloseable {

    private final Engine engine;
    private final List<String> caches = new ArrayList<>();
    private List<Tensor> past = new ArrayList<>();
    private AutoCloseable owner;
    private int length;

    /**
     * Starts a text.
     *
     * @param engine a decoding graph
     * @param layers number of blocks
     * @param kvHeads key/value heads
     * @param headWidth width of a head
     */
    public Decoder(Engine engine, int layers, int kvHeads, int headWidth) {
        this.engine = engine;
        for (int layer = 0; layer < layers; layer++) {
            for (String what : List.of("k", "v")) {
                caches.add("cache." + layer + "." + what);
                past.add(TFloat32.tensorOf(Shape.of(1, kvHeads, 0, headWidth)));
            }
        }
        List<Tensor> first = past;
        owner = () -> first.forEach(Tensor::close);
    }

    /** Tokens read so far. */
    public int length() {
        return length;
    }

    /**
     * Reads tokens.
     *
     * @return the logits of the token after the last one, {@code [vocabulary]}
     */
    public float[] read(int... tokens) {
        return read(tokens, Session.Runner::run);
    }

    /** Reads one token and reports the device memory that it took, if it can be measured. */
    Optional<AllocatorPeak> traced(int token) {
        AtomicReference<AllocatorPeak> peak = new AtomicReference<>();
        read(new int[] {token}, runner -> engine.traced(runner, peak::set));
        return Optional.ofNullable(peak.get());
    }

    private float[] read(int[] tokens, Function<Session.Runner, Result> run) {
        Session.Runner runner = engine.runner().fetch("logits");
        for (int i = 0; i < caches.size(); i++) {
            runner.feed(caches.get(i), past.get(i)).fetch(caches.get(i) + ".next");
        }
        try (TInt32 ids = TensorTransfer.matrix(new int[][] {tokens});
                TInt32 position = TInt32.scalarOf(length)) {
            Result result = run.apply(runner.feed("ids", ids).feed("past", position));
            close();
            owner = result;
            past = new ArrayList<>();
            for (int i = 1; i < result.size(); i++) {
                past.add(result.get(i));
            }
            length += tokens.length;
            return TensorTransfer.floats(result.get(0));
        }
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
