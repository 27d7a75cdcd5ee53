package dev.lancet.surgery;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Pooling;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.GraphSizes.Dim;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * Builds the graph of a {@link Transformer} that reads whole texts: an encoder, or a decoder whose head gives a vector. Pure,
 * like {@link Blueprint}, with the same names in the blocks.
 *
 * <p>Placeholders, int32 {@code [batch, seq]}: {@code input_ids}; {@code attention_mask}, 1 where a row has a token and 0
 * where it is filled up at its end; and {@code token_type_ids} if the model has several token types.
 *
 * <p>Outputs, float32: {@code last_hidden_state}, {@code [batch, seq, width]}; and what the head gives, {@link #output}. Where
 * a row is filled up, {@code last_hidden_state} has no meaning.
 */
public final class EncoderGraph {

    /** The token ids. */
    public static final String IDS = "input_ids";

    /** Which positions have a token. */
    public static final String MASK = "attention_mask";

    /** The types of the tokens. */
    public static final String TYPES = "token_type_ids";

    /** The vectors of the tokens after the last norm. */
    public static final String HIDDEN = "last_hidden_state";

    /** The least length that a vector is divided by. */
    private static final float SHORTEST = 1e-12f;

    private final Transformer model;
    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);
    private final Value mask = GraphSizes.tokens(builder, MASK, -1, -1);
    private final Value ids = GraphSizes.tokens(builder, IDS, -1, -1);
    private final GraphSizes sizes = GraphSizes.of(builder, ids);
    private final Layers layers;

    private EncoderGraph(Transformer model) {
        this.model = model;
        layers = new Layers(builder, model, sizes);
    }

    /**
     * The graph.
     *
     * @throws IllegalArgumentException if the model scores the next token; {@link Blueprint} builds its graphs
     */
    public static GraphDef of(Transformer model) {
        if (model.continuesText()) {
            throw new IllegalArgumentException(model.name() + ": its head scores the next token; use Blueprint");
        }
        return new EncoderGraph(model).build();
    }

    /** The names of the placeholders, in their order. */
    public static List<String> inputs(Transformer model) {
        return readsTypes(model) ? List.of(IDS, MASK, TYPES) : List.of(IDS, MASK);
    }

    /**
     * The name of what the head gives: {@code sentence_embedding [batch, width]}; {@code logits [batch, classes]}, or {@code
     * [batch, seq, vocabulary]} for hidden tokens.
     */
    public static String output(Transformer model) {
        return model.head() instanceof Head.TextVector ? "sentence_embedding" : "logits";
    }

    private static boolean readsTypes(Transformer model) {
        return model.embedding().tokenTypes() > 1;
    }

    private GraphDef build() {
        Optional<Value> types =
                readsTypes(model) ? Optional.of(GraphSizes.tokens(builder, TYPES, -1, -1)) : Optional.empty();
        AttentionContext context = AttentionContext.filledUp(builder, sizes, model, mask);
        Value stream = layers.embedded(ids, context.positions(), types.stream().toList());
        for (int block = 0; block < model.layers(); block++) {
            stream = layers.block(block, stream, context, (any, letter, fresh) -> fresh);
        }
        Value last = layers.last(stream);
        Value hidden = grid(HIDDEN, last, model.width());
        head(last, hidden);
        return builder.toGraph();
    }

    private void head(Value last, Value hidden) {
        String output = output(model);
        HeadLayers heads = layers.heads();
        if (model.head() instanceof Head.TextVector vector) {
            Value pooled = pooled(vector.pooling(), last, hidden);
            ops.unary(output, "Identity", vector.unitLength() ? unitLength(pooled) : pooled);
        } else if (model.head() instanceof Head.Classes classes) {
            ops.unary(output, "Identity", heads.classes(pooled(classes.pooling(), last, hidden), classes));
        } else if (model.head() instanceof Head.MaskedToken masked) {
            grid(output, heads.maskedToken(last, masked), model.vocabulary());
        }
    }

    private Value grid(String name, Value rows, int width) {
        Dim last = Dim.of(width);
        return ops.reshape(
                name,
                rows,
                sizes.target("shape." + name, sizes.batch, sizes.seq, last),
                GraphSizes.dims(sizes.batch, sizes.seq, last));
    }

    /** One vector for each text, {@code [batch, width]}. */
    private Value pooled(Pooling pooling, Value last, Value hidden) {
        return switch (pooling) {
            case CLS -> ops.gather("pooled", hidden, ops.constant("pooled.first", 0), layers.axis(1), 1);
            case MEAN -> mean(hidden);
            case LAST -> lastToken(last);
        };
    }

    private Value mean(Value hidden) {
        long batch = sizes.batch.size();
        Value flags = ops.cast("pooled.flags", mask, DataType.DT_FLOAT);
        Value each = ops.reshape(
                "pooled.weights",
                flags,
                sizes.target("shape.pooled.weights", sizes.batch, sizes.seq, Dim.of(1)),
                List.of(batch, sizes.seq.size(), 1L));
        Value axis = ops.ints("pooled.axis", 1);
        Value sum = ops.reduce(
                "pooled.sum", "Sum", ops.mul("pooled.counted", hidden, each), axis, false, List.of(batch, (long)
                        model.width()));
        Value count = ops.reduce("pooled.count", "Sum", each, axis, false, List.of(batch, 1L));
        Value atLeast = ops.binary("pooled.divisor", "Maximum", count, ops.constant("pooled.least", 1e-9f));
        return ops.binary("pooled", "RealDiv", sum, atLeast);
    }

    /** The row of the last token of each text, of rows {@code [batch · seq, width]}. */
    private Value lastToken(Value rows) {
        long batch = sizes.batch.size();
        Value count = ops.reduce("pooled.count", "Sum", mask, ops.ints("pooled.axis", 1), false, List.of(batch));
        Value text = sizes.range("pooled.text", sizes.scalar(Dim.of(0)), sizes.batch, sizes.batch);
        Value first = ops.mul("pooled.first", text, sizes.scalar(sizes.seq));
        Value offset = ops.sub("pooled.offset", count, ops.constant("pooled.one", 1));
        return ops.gather("pooled", rows, ops.add("pooled.row", first, offset), layers.axis(0), 0);
    }

    private Value unitLength(Value x) {
        Value square = ops.unary("unit.square", "Square", x);
        Value sum = ops.reduce("unit.sum", "Sum", square, ops.ints("unit.axis", 1), true, List.of(x.dim(0), 1L));
        Value length = ops.unary("unit.length", "Sqrt", sum);
        Value atLeast = ops.binary("unit.divisor", "Maximum", length, ops.constant("unit.least", SHORTEST));
        return ops.binary("unit", "RealDiv", x, atLeast);
    }
}
