package dev.lancet.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import java.util.Set;

/** The keys and values of the tokens of a text, as inputs and outputs of the next run. */
interface OnnxKeyValueCache extends AutoCloseable {

    /** Makes room for so many tokens, of which the first are read already. */
    void reserve(int read, int total);

    /** The inputs. */
    Map<String, OnnxTensor> past();

    /** The outputs that are written into tensors that are there. */
    Map<String, OnnxTensor> present();

    /** What a run must fetch: the wanted outputs, and those of the cache that are not {@link #present}. */
    Set<String> fetched(Set<String> wanted);

    /** Takes what a run computed, and closes its result as soon as nothing of it is needed. */
    void take(OrtSession.Result result);

    /** Forgets all but the first {@code kept} tokens of those that were read. */
    void truncate(int kept);

    @Override
    void close();
}
