package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.generate.DecodingSession;
import java.util.Arrays;
import org.tensorflow.Session;
import org.tensorflow.types.TInt32;

/**
 * The state of a text in a continuation graph, which gives the logits after every token. {@link Decoder} gives only those
 * after the last, for which it needs one run less if several tokens are read.
 */
public final class ContinuationDecoder implements DecodingSession {

    private final Engine continuing;
    private final KeyValueCache cache;

    /**
     * Starts a text.
     *
     * @param continuing a continuation graph of this transformer
     */
    public ContinuationDecoder(Engine continuing, Transformer transformer) {
        this.continuing = continuing;
        cache = new KeyValueCache(transformer, 1);
    }

    @Override
    public int length() {
        return cache.length();
    }

    @Override
    public float[] read(int... tokens) {
        int last = tokens.length - 1;
        if (last > 0) {
            run(Arrays.copyOf(tokens, last), false);
        }
        return run(new int[] {tokens[last]}, true);
    }

    @Override
    public float[] readEach(int... tokens) {
        return run(tokens, true);
    }

    /** Reads tokens, and returns their logits if they are wanted: without them, the head computes nothing. */
    private float[] run(int[] tokens, boolean wanted) {
        Session.Runner runner = continuing.runner();
        if (wanted) {
            runner.fetch("logits");
        }
        try (TInt32 ids = TensorTransfer.matrix(new int[][] {tokens});
                TInt32 position = TInt32.scalarOf(cache.length())) {
            var result = cache.fetch(cache.feed(runner.feed("ids", ids).feed("past", position)))
                    .run();
            cache.take(result, wanted ? 1 : 0, tokens.length);
            return wanted ? TensorTransfer.floats(result.get(0)) : new float[0];
        }
    }

    @Override
    public void truncate(int length) {
        cache.truncate(length);
    }

    @Override
    public void close() {
        cache.close();
    }
}
