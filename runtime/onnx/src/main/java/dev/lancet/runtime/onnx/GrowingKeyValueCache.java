package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.lancet.runtime.onnx.layer.DecoderSignature;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tensors with exactly the tokens that were read: the outputs of a run are the inputs of the next. */
final class GrowingKeyValueCache implements OnnxKeyValueCache {

    private final OnnxSession session;
    private final ExportedGraph graph;
    private final Map<String, OnnxTensor> past = new LinkedHashMap<>();
    private final Map<String, String> presentOf = new HashMap<>();
    private OrtSession.@Nullable Result owner;

    GrowingKeyValueCache(OnnxSession session) {
        this.session = session;
        graph = session.graph();
        DecoderSignature.eachCache(graph.layers(), (before, after) -> {
            past.put(before, tensor(FloatBuffer.allocate(0), 0));
            presentOf.put(before, after);
        });
    }

    @Override
    public void reserve(int read, int total) {
        // Each run allocates its outputs.
    }

    @Override
    public Map<String, OnnxTensor> past() {
        return past;
    }

    @Override
    public Map<String, OnnxTensor> present() {
        return Map.of();
    }

    @Override
    public Set<String> fetched(Set<String> wanted) {
        Set<String> all = new HashSet<>(wanted);
        all.addAll(presentOf.values());
        return all;
    }

    @Override
    public void take(OrtSession.Result result) {
        close();
        past.replaceAll(
                (name, old) -> (OnnxTensor) result.get(presentOf.get(name)).orElseThrow());
        owner = result;
    }

    @Override
    public void truncate(int kept) {
        Map<String, OnnxTensor> shorter = new LinkedHashMap<>();
        past.forEach((name, tensor) -> shorter.put(name, beginning(tensor, kept)));
        close();
        past.putAll(shorter);
    }

    /** The first tokens of keys or values {@code [1, heads, tokens, width]}. */
    private OnnxTensor beginning(OnnxTensor tensor, int tokens) {
        int heads = graph.kvHeads();
        FloatBuffer all = tensor.getFloatBuffer();
        int whole = all.capacity() / heads;
        int part = tokens * graph.headWidth();
        FloatBuffer first = FloatBuffer.allocate(heads * part);
        for (int head = 0; head < heads; head++) {
            first.put(head * part, all, head * whole, part);
        }
        return tensor(first, tokens);
    }

    private OnnxTensor tensor(FloatBuffer values, int tokens) {
        return session.during(() -> OnnxTensor.createTensor(
                OnnxSession.environment(), values, new long[] {1, graph.kvHeads(), tokens, graph.headWidth()}));
    }

    @Override
    public void close() {
        if (owner != null) {
            owner.close();
            owner = null;
        } else {
            past.values().forEach(OnnxTensor::close);
        }
    }
}
