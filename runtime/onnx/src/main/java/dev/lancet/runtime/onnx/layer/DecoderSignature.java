package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.function.BiConsumer;

/** The inputs and outputs of an exported decoder, under the names that Hugging Face's optimum gives them. */
public final class DecoderSignature {

    /** The ids of the new tokens, int64 {@code [batch, sequence]}. */
    public static final String IDS = "input_ids";

    /** 1 for each token, also for those before, int64 {@code [batch, total]}. */
    public static final String MASK = "attention_mask";

    /** The positions of the new tokens, int64 {@code [batch, sequence]}. */
    public static final String POSITIONS = "position_ids";

    /** The logits, {@code [batch, sequence, vocabulary]}. */
    public static final String LOGITS = "logits";

    private DecoderSignature() {}

    /**
     * The keys or values that came before.
     *
     * @param layer its number, or what stands for it
     * @param what {@code key} or {@code value}
     */
    public static String past(Object layer, String what) {
        return "past_key_values." + layer + "." + what;
    }

    /** The same with those of the new tokens. */
    public static String present(Object layer, String what) {
        return "present." + layer + "." + what;
    }

    /** Passes on the names of all keys and values of so many layers, before and after a run. */
    public static void eachCache(int layers, BiConsumer<String, String> pastAndPresent) {
        for (int layer = 0; layer < layers; layer++) {
            for (String what : List.of("key", "value")) {
                pastAndPresent.accept(past(layer, what), present(layer, what));
            }
        }
    }

    /** Whether the graph asks for positions: where {@code GroupQueryAttention} does not count by itself. */
    public static boolean positions(Transformer model, boolean portable) {
        return model.position() instanceof Position.Learned || !GroupQueryAttention.rotates(model, portable);
    }

    /** Declares all inputs. */
    static void declareInputs(OnnxGraph graph, Transformer model, boolean portable) {
        graph.input(IDS, ElementType.INT64, "batch", "sequence");
        graph.input(MASK, ElementType.INT64, "batch", "total");
        if (positions(model, portable)) {
            graph.input(POSITIONS, ElementType.INT64, "batch", "sequence");
        }
        int heads = model.attention().kvHeads();
        int width = model.attention().headWidth();
        eachCache(
                model.layers(), (past, present) -> graph.input(past, ElementType.FLOAT, "batch", heads, "past", width));
    }

    /** Declares all outputs. */
    static void declareOutputs(OnnxGraph graph, Transformer model) {
        graph.output(LOGITS, ElementType.FLOAT, "batch", "sequence", model.vocabulary());
        int heads = model.attention().kvHeads();
        int width = model.attention().headWidth();
        eachCache(
                model.layers(),
                (past, present) -> graph.output(present, ElementType.FLOAT, "batch", heads, "present", width));
    }
}
