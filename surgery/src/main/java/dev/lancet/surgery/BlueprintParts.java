package dev.lancet.surgery;

import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * Builds the scoring graph of a {@link Transformer} in parts, which run one after the other: the embedding, every block, the
 * head. Each graph has only the variables of its part, so a process needs memory for one part at a time. The nodes inside a
 * part are those of {@link Blueprint#scoring}, with the same names.
 *
 * <p>Every graph has the placeholder {@code ids}, int32 {@code [batch, seq]}. The activations between two parts are {@code
 * [batch · seq, width]}: all parts but the first take them as the placeholder {@code stream}, all but the last give them as
 * {@code stream.next}.
 */
public final class BlueprintParts {

    /** The activations that a part takes. */
    public static final String STREAM = "stream";

    /** The activations that a part gives. */
    public static final String NEXT = "stream.next";

    /** The logits that the head gives, {@code [batch · seq, vocabulary]}. */
    public static final String LOGITS = "logits";

    private BlueprintParts() {}

    /** The graphs of all parts, in the order in which they run. */
    public static List<GraphDef> of(Transformer model) {
        List<GraphDef> parts = new ArrayList<>();
        parts.add(embedding(model));
        for (int block = 0; block < model.layers(); block++) {
            parts.add(block(model, block));
        }
        parts.add(head(model));
        return parts;
    }

    private static GraphDef embedding(Transformer model) {
        GraphBuilder builder = GraphBuilder.graph();
        Value ids = GraphSizes.tokens(builder, "ids", -1, -1);
        GraphSizes sizes = GraphSizes.of(builder, ids);
        Value positions = sizes.range("positions", sizes.past, sizes.seen, sizes.seq);
        Value embedded = new Layers(builder, model, sizes).embedded(ids, positions);
        new Ops(builder).unary(NEXT, "Identity", embedded);
        return builder.toGraph();
    }

    private static GraphDef block(Transformer model, int block) {
        GraphBuilder builder = GraphBuilder.graph();
        GraphSizes sizes = GraphSizes.of(builder, GraphSizes.tokens(builder, "ids", -1, -1));
        Layers layers = new Layers(builder, model, sizes);
        AttentionContext context = AttentionContext.of(builder, sizes, model);
        Value next = layers.block(block, stream(builder, model), context, (any, letter, fresh) -> fresh);
        new Ops(builder).unary(NEXT, "Identity", next);
        return builder.toGraph();
    }

    private static GraphDef head(Transformer model) {
        GraphBuilder builder = GraphBuilder.graph();
        GraphSizes sizes = GraphSizes.of(builder, GraphSizes.tokens(builder, "ids", -1, -1));
        Value logits = new Layers(builder, model, sizes).head(stream(builder, model));
        new Ops(builder).unary(LOGITS, "Identity", logits);
        return builder.toGraph();
    }

    private static Value stream(GraphBuilder builder, Transformer model) {
        return builder.placeholder(STREAM, TensorType.of(DataType.DT_FLOAT, -1, model.width()));
    }
}
