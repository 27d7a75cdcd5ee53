package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;

/** The inputs and outputs of an exported decoder, under the names that Hugging Face's optimum gives them. */
final class DecoderInputs {

    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String POSITIONS = "position_ids";
    static final String LOGITS = "logits";

    private DecoderInputs() {}

    /** The keys or values that came before; {@code what} is {@code key} or {@code value}. */
    static String past(int layer, String what) {
        return "past_key_values." + layer + "." + what;
    }

    /** The keys or values with those of the new tokens. */
    static String present(int layer, String what) {
        return "present." + layer + "." + what;
    }

    /** Whether the graph asks for positions: where {@code GroupQueryAttention} does not count by itself. */
    static boolean positions(Transformer model, boolean portable) {
        return model.position() instanceof Position.Learned || !GroupedAttention.rotates(model, portable);
    }

    /** Declares all inputs. */
    static void declare(OnnxGraph graph, Transformer model, boolean portable) {
        graph.input(IDS, ElementType.INT64, "batch", "sequence");
        graph.input(MASK, ElementType.INT64, "batch", "total");
        if (positions(model, portable)) {
            graph.input(POSITIONS, ElementType.INT64, "batch", "sequence");
        }
        caches(
                model,
                (layer, what, heads, width) ->
                        graph.input(past(layer, what), ElementType.FLOAT, "batch", heads, "past", width));
    }

    /** Declares all outputs. */
    static void results(OnnxGraph graph, Transformer model) {
        graph.output(LOGITS, ElementType.FLOAT, "batch", "sequence", model.vocabulary());
        caches(
                model,
                (layer, what, heads, width) ->
                        graph.output(present(layer, what), ElementType.FLOAT, "batch", heads, "present", width));
    }

    private interface EachCache {
        void accept(int layer, String what, int heads, int width);
    }

    private static void caches(Transformer model, EachCache each) {
        int heads = model.attention().kvHeads();
        int width = model.attention().headWidth();
        for (int layer = 0; layer < model.layers(); layer++) {
            each.accept(layer, "key", heads, width);
            each.accept(layer, "value", heads, width);
        }
    }
}
