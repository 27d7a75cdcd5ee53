package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.lancet.runtime.onnx.layer.DecoderSignature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tensors with room for more tokens than were read. They are both past and present, so a run writes only the new tokens. When
 * they are full, they are copied to twice the room, up to the context.
 */
final class InPlaceKeyValueCache implements OnnxKeyValueCache {

    private static final int LEAST = 256;

    private final OnnxSession session;
    private final Map<String, FloatBuffer> content = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> past = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> present = new LinkedHashMap<>();
    private int room;

    InPlaceKeyValueCache(OnnxSession session) {
        this.session = session;
    }

    @Override
    public void reserve(int read, int total) {
        if (total <= room) {
            return;
        }
        int wanted = Math.min(session.context(), Math.max(total, Math.max(LEAST, 2 * room)));
        close();
        ExportedGraph graph = session.graph();
        DecoderSignature.eachCache(graph.layers(), (before, after) -> grow(before, after, read, wanted));
        room = wanted;
    }

    private void grow(String before, String after, int read, int wanted) {
        ExportedGraph graph = session.graph();
        int width = graph.headWidth();
        long elements = Math.multiplyExact((long) graph.kvHeads() * width, wanted);
        FloatBuffer wider = ByteBuffer.allocateDirect(Math.toIntExact(Math.multiplyExact(elements, 4)))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        FloatBuffer narrower = content.get(before);
        if (narrower != null) {
            for (int head = 0; head < graph.kvHeads(); head++) {
                wider.put(head * wanted * width, narrower, head * room * width, read * width);
            }
        }
        content.put(before, wider);
        OnnxTensor tensor = session.during(() -> OnnxTensor.createTensor(
                OnnxSession.environment(), wider, new long[] {1, graph.kvHeads(), wanted, width}));
        past.put(before, tensor);
        present.put(after, tensor);
    }

    @Override
    public Map<String, OnnxTensor> past() {
        return past;
    }

    @Override
    public Map<String, OnnxTensor> present() {
        return present;
    }

    @Override
    public Set<String> fetched(Set<String> wanted) {
        return wanted;
    }

    @Override
    public void take(OrtSession.Result result) {
        // The tensors that were there stay open; the logits are a copy.
        result.get(DecoderSignature.LOGITS).ifPresent(logits -> logits.close());
    }

    @Override
    public void truncate(int kept) {
        // The mask of a run says how many tokens there are; those after them are overwritten.
    }

    @Override
    public void close() {
        past.values().forEach(OnnxTensor::close);
        past.clear();
        present.clear();
    }
}
