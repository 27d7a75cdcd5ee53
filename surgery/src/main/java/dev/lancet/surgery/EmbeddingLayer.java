package dev.lancet.surgery;

import dev.lancet.dsl.InputEmbedding;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;

/** The first vectors of the residual stream: rows of the token table, of positions and of token types, and their norm. */
final class EmbeddingLayer {

    private final GraphBuilder builder;
    private final Ops ops;
    private final Transformer model;
    private final GraphSizes sizes;
    private final Layers layers;

    EmbeddingLayer(GraphBuilder builder, Transformer model, GraphSizes sizes, Layers layers) {
        this.builder = builder;
        this.ops = new Ops(builder);
        this.model = model;
        this.sizes = sizes;
        this.layers = layers;
    }

    /**
     * The vectors, {@code [batch · seq, width]}.
     *
     * @param types the types of the tokens, {@code [batch, seq]}; empty for the first type
     */
    Value of(Value ids, Value positions, List<Value> types) {
        InputEmbedding form = model.embedding();
        Value flat = ops.reshape("ids.flat", ids, layers.rest(), List.of(sizes.rows));
        Value rows = ops.gather("embedding.rows", layers.variable("embedding"), flat, layers.axis(0), 0);
        if (form.scale() != 1) {
            rows = ops.mul("embedding.scaled", rows, ops.constant("embedding.multiplier", (float) form.scale()));
        }
        if (model.position() instanceof Position.Learned learned) {
            Value shifted = learned.first() == 0
                    ? positions
                    : ops.add("positions.rows", positions, ops.constant("position.first", learned.first()));
            Value grid = shifted.rank() == 2 ? shifted : grid(shifted);
            Value each = ops.reshape("positions.flat", grid, layers.rest(), List.of(sizes.rows));
            rows = ops.add(
                    "embedded",
                    rows,
                    ops.gather("position.rows", layers.variable("position"), each, layers.axis(0), 0));
        }
        if (form.tokenTypes() > 0) {
            Value kinds = types.isEmpty()
                    ? ops.ints("tokenTypes.first", 0)
                    : ops.reshape("tokenTypes.flat", types.get(0), layers.rest(), List.of(sizes.rows));
            rows = ops.add(
                    "embedding.typed",
                    rows,
                    ops.gather("tokenType.rows", layers.variable("tokenType"), kinds, layers.axis(0), 0));
        }
        if (form.norm().isEmpty()) {
            return rows;
        }
        return layers.norm("embedding.norm", "embedding_norm", form.norm().get(), rows);
    }

    private Value grid(Value positions) {
        return builder.node("positions.grid", "BroadcastTo")
                .in(positions, sizes.grid)
                .with("T", DataType.DT_INT32)
                .with("Tidx", DataType.DT_INT32)
                .gives(new TensorType(DataType.DT_INT32, GraphSizes.dims(sizes.batch, sizes.seq)));
    }
}
