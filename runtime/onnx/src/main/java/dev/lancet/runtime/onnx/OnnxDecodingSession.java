package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.onnx.layer.DecoderSignature;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** A text that ONNX Runtime is reading, with its cache of keys and values. */
final class OnnxDecodingSession implements DecodingSession {

    private static final Set<String> LOGITS = Set.of(DecoderSignature.LOGITS);

    private final OnnxSession session;
    private final OnnxKeyValueCache cache;
    private int length;

    OnnxDecodingSession(OnnxSession session) {
        this.session = session;
        cache = session.graph().cacheInPlace() ? new InPlaceKeyValueCache(session) : new GrowingKeyValueCache(session);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public float[] read(int... tokens) {
        return read(tokens, new long[] {tokens.length - 1L});
    }

    @Override
    public float[] readEach(int... tokens) {
        return read(tokens, LongStream.range(0, tokens.length).toArray());
    }

    /** Reads tokens, and returns the logits after those with the indexes {@code wanted}, {@code [wanted, vocabulary]}. */
    private float[] read(int[] tokens, long[] wanted) {
        if (tokens.length == 0 || length + tokens.length > session.context()) {
            throw new IllegalArgumentException("text: " + tokens.length + " tokens after " + length
                    + "; at least 1 is needed, and all must fit into the context of " + session.context());
        }
        int total = length + tokens.length;
        cache.reserve(length, total);
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>(cache.past());
        long[] ids = Arrays.stream(tokens).asLongStream().toArray();
        long[] mask = new long[total];
        Arrays.fill(mask, 1);
        try (OnnxTensor given = longs(ids, 1, ids.length);
                OnnxTensor seen = longs(mask, 1, total);
                OnnxTensor positions = longs(positions(tokens.length), 1, tokens.length);
                OnnxTensor fetched = longs(wanted, wanted.length)) {
            inputs.put(ExportedGraph.WANTED, fetched);
            inputs.put(DecoderSignature.IDS, given);
            inputs.put(DecoderSignature.MASK, seen);
            if (session.graph().positions()) {
                inputs.put(DecoderSignature.POSITIONS, positions);
            }
            OrtSession.Result result = session.run(inputs, cache.fetched(LOGITS), cache.present());
            float[] logits = session.during(
                    () -> ((OnnxTensor) result.get(DecoderSignature.LOGITS).orElseThrow())
                            .getFloatBuffer()
                            .array());
            cache.take(result);
            length = total;
            return logits;
        }
    }

    @Override
    public void truncate(int kept) {
        if (kept < 0 || kept > length) {
            throw new IllegalArgumentException("text: " + kept + " tokens cannot be kept; " + length + " are read");
        }
        if (kept < length) {
            cache.truncate(kept);
            length = kept;
        }
    }

    private long[] positions(int count) {
        return LongStream.range(length, (long) length + count).toArray();
    }

    private OnnxTensor longs(long[] values, long... shape) {
        return session.during(() -> OnnxTensor.createTensor(OnnxSession.environment(), LongBuffer.wrap(values), shape));
    }

    @Override
    public void close() {
        cache.close();
    }
}
