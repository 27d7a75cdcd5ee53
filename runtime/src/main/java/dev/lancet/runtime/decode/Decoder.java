package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TInt32;

/** The state of one or more texts in a decoding graph: reads tokens and returns the logits of the next ones. */
public final class Decoder implements DecodingSession {

    private final Engine engine;
    private final KeyValueCache cache;

    /**
     * Starts texts.
     *
     * @param engine a decoding graph of this transformer
     * @param texts how many
     */
    public Decoder(Engine engine, Transformer transformer, int texts) {
        this.engine = engine;
        cache = new KeyValueCache(transformer, texts);
    }

    /** Tokens read so far, of each text. */
    @Override
    public int length() {
        return cache.length();
    }

    /**
     * Reads tokens of the only text.
     *
     * @return the logits of the token after the last one, {@code [vocabulary]}
     */
    @Override
    public float[] read(int... tokens) {
        return read(new int[][] {tokens}, Session.Runner::run);
    }

    /** Forgets the last tokens of each text. */
    @Override
    public void truncate(int length) {
        cache.truncate(length);
    }

    /**
     * Reads as many tokens of each text.
     *
     * @param tokens {@code [texts][tokens]}
     * @return the logits of the token after the last one, {@code [texts, vocabulary]}
     */
    public float[] readAll(int[][] tokens) {
        return read(tokens, Session.Runner::run);
    }

    /** Reads one token and reports the device memory that it took, if it can be measured. */
    public Optional<AllocatorPeak> traced(int token) {
        AtomicReference<AllocatorPeak> peak = new AtomicReference<>();
        read(new int[][] {{token}}, runner -> engine.traced(runner, peak::set));
        return Optional.ofNullable(peak.get());
    }

    private float[] read(int[][] tokens, Function<Session.Runner, Result> run) {
        Session.Runner runner = cache.fetch(cache.feed(engine.runner().fetch("logits")));
        try (TInt32 ids = TensorTransfer.matrix(tokens);
                TInt32 position = TInt32.scalarOf(cache.length())) {
            Result result = run.apply(runner.feed("ids", ids).feed("past", position));
            cache.take(result, 1, tokens[0].length);
            return TensorTransfer.floats(result.get(0));
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
