package dev.lancet.surgery;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;

/** The layers of the heads. Their input is {@code [rows, width]}. */
final class HeadLayers {

    private final Ops ops;
    private final Transformer model;
    private final Layers layers;
    private final BlockFunctions functions;

    HeadLayers(GraphBuilder builder, Transformer model, Layers layers, BlockFunctions functions) {
        this.ops = new Ops(builder);
        this.model = model;
        this.layers = layers;
        this.functions = functions;
    }

    /** Scores of the next token, {@code [rows, vocabulary]}. */
    Value nextToken(Value x) {
        if (!(model.head() instanceof Head.NextToken head)) {
            throw new IllegalArgumentException(
                    model.name() + ": its head is " + model.head() + ", which scores no next token; use EncoderGraph");
        }
        Value scores = matrix(x);
        if (head.scale() != 1) {
            scores = ops.mul("head.scaled", scores, ops.constant("head.multiplier", (float) head.scale()));
        }
        return functions.capped("head.capped", "head_capped", scores, head.cap());
    }

    /** Scores of hidden tokens, {@code [rows, vocabulary]}. */
    Value maskedToken(Value x, Head.MaskedToken head) {
        Value scores = matrix(layers.norm("head.norm", dense(x, head.activation())));
        return ops.add("head.biased", scores, layers.variable("head.bias"));
    }

    /** Scores of classes, {@code [rows, classes]}. */
    Value classes(Value pooled, Head.Classes head) {
        Value scores = layers.product("head", dense(pooled, head.activation()));
        return ops.add("head.biased", scores, layers.variable("head.bias"));
    }

    private Value dense(Value x, Head.Activation activation) {
        String name = "head.dense";
        return functions.activated(name + ".inner", activation, layers.product(name, x), layers.bias(name));
    }

    /** The product with the matrix of the head, which may be the transposed embedding. */
    private Value matrix(Value x) {
        return model.tiedHead()
                ? ops.matmul("head.out", x, false, layers.variable("embedding"), true)
                : layers.product("head", x);
    }
}
