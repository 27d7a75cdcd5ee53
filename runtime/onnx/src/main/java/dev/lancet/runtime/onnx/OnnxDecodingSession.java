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
        try (OnnxTensor given = longs(ids);
                OnnxTensor seen = longs(mask);
                OnnxTensor positions = longs(positions(tokens.length))) {
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

    private OnnxTensor longs(long[] values) {
        return session.during(() -> OnnxTensor.createTensor(
                OnnxSession.environment(), LongBuffer.wrap(values), new long[] {1, values.length}));
    }

    @Override
    public void close() {
        cache.close();
    }
}
