package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tensors with exactly the tokens that were read: the outputs of a run are the inputs of the next. */
final class GrowingCache implements CacheTensors {

    private final Map<String, OnnxTensor> past = new LinkedHashMap<>();
    private OrtSession.@Nullable Result owner;

    GrowingCache(OnnxSession session) {
        ExportedGraph graph = session.graph();
        for (int layer = 0; layer < graph.layers(); layer++) {
            for (String what : new String[] {"key", "value"}) {
                past.put(
                        "past_key_values." + layer + "." + what,
                        session.during(() -> OnnxTensor.createTensor(
                                OnnxSession.environment(),
                                FloatBuffer.allocate(0),
                                new long[] {1, graph.kvHeads(), 0, graph.headWidth()})));
            }
        }
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
        past.keySet().forEach(name -> all.add(present(name)));
        return all;
    }

    private static String present(String past) {
        return "present." + past.substring("past_key_values.".length());
    }

    @Override
    public void take(OrtSession.Result result) {
        close();
        past.replaceAll((name, old) -> (OnnxTensor) result.get(present(name)).orElseThrow());
        owner = result;
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
