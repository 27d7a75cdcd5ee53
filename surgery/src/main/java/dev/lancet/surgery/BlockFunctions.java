package dev.lancet.surgery;

import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The operations between the matrix products: functions that all layers share. The first call of a function defines it.
 * {@link Blueprint} says what the functions compute and which operators their bodies use.
 */
final class BlockFunctions {

    private final GraphBuilder graph;
    private final Map<String, GraphBuilder.Function> functions = new HashMap<>();

    BlockFunctions(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * {@code norm(x[, x_bias], gain[, bias])}.
     *
     * @param function its name in the library: one for each form of a norm
     * @param before a bias of what is normalized, or empty
     * @param gainAndBias of the norm
     */
    Value norm(String name, String function, Norm norm, Value x, List<Value> before, List<Value> gainAndBias) {
        List<String> names = new ArrayList<>(List.of("x"));
        names.addAll(before.isEmpty() ? List.of() : List.of("x_bias"));
        names.addAll(List.of("gain", "bias"));
        return call(name, function, names, joined(joined(List.of(x), before), gainAndBias), (ops, in) -> {
            Value epsilon = ops.constant("epsilon", (float) norm.epsilon());
            Value centred = before.isEmpty() ? in.get(0) : ops.add("x_biased", in.get(0), in.get(1));
            if (norm.kind() == Norm.Kind.LAYER) {
                centred = ops.sub("centred", centred, ops.meanOfLast("mean", centred));
            }
            Value gain = gain(ops, norm, in.get(1 + before.size()));
            Value scaled = ops.mul("scaled", unit(ops, centred, epsilon), gain);
            return norm.biased() ? ops.add("shifted", scaled, in.get(in.size() - 1)) : scaled;
        });
    }

    private static Value gain(Ops ops, Norm norm, Value stored) {
        return norm.gainPlusOne() ? ops.add("gain_plus_one", stored, ops.constant("gain_one", 1f)) : stored;
    }

    /** {@code x / √(mean(x²) + ε)} over the last axis. */
    private static Value unit(Ops ops, Value x, Value epsilon) {
        Value variance = ops.meanOfLast("variance", ops.unary("square", "Square", x));
        Value inverse = ops.unary("inverse", "Rsqrt", ops.add("stable", variance, epsilon));
        return ops.mul("unit", x, inverse);
    }

    /**
     * What {@link #heads} does with projected heads, in this order.
     *
     * @param bias added to them, {@code [heads · headWidth]}, or empty
     * @param gain of their norm, {@code [headWidth]}, or empty
     * @param norm of each; not read if there is no gain
     * @param rotation cosines and sines, or empty
     * @param scale the factor at the end
     */
    record HeadInputs(List<Value> bias, List<Value> gain, Optional<Norm> norm, List<Value> rotation, float scale) {}

    /**
     * {@code query(x[, bias][, gain][, cos, sin])}, {@code key(...)} or {@code value(...)}: adds the bias to the projected
     * heads, {@code [batch, seq, heads, headWidth]}, normalizes each, rotates them and scales them. Returns {@code x} itself
     * if there is nothing to do.
     */
    Value heads(String name, String function, Value x, HeadInputs inputs) {
        List<Value> bias = inputs.bias();
        List<Value> gain = inputs.gain();
        List<Value> rotation = inputs.rotation();
        float scale = inputs.scale();
        if (bias.isEmpty() && gain.isEmpty() && rotation.isEmpty() && scale == 1) {
            return x;
        }
        List<String> names = new ArrayList<>(List.of("x"));
        names.addAll(bias.isEmpty() ? List.of() : List.of("bias"));
        names.addAll(gain.isEmpty() ? List.of() : List.of("gain"));
        names.addAll(rotation.isEmpty() ? List.of() : List.of("cos", "sin"));
        List<Value> all = joined(List.of(x), joined(bias, joined(gain, rotation)));
        return call(name, function, names, all, (ops, in) -> {
            Value projected = in.get(0);
            if (!bias.isEmpty()) {
                int heads = (int) x.dim(2);
                int width = (int) x.dim(3);
                Value shape = ops.ints("bias_shape", heads, width);
                Value spread = ops.reshape("bias_heads", in.get(1), shape, List.of((long) heads, (long) width));
                projected = ops.add("biased", projected, spread);
            }
            if (!gain.isEmpty()) {
                Norm norm = inputs.norm().orElseThrow();
                Value epsilon = ops.constant("epsilon", (float) norm.epsilon());
                Value factor = gain(ops, norm, in.get(1 + bias.size()));
                projected = ops.mul("normed", unit(ops, projected, epsilon), factor);
            }
            if (rotation.isEmpty()) {
                return scale == 1 ? projected : ops.mul("scaled", projected, ops.constant("scale", scale));
            }
            return rotated(ops, projected, in.get(in.size() - 2), in.get(in.size() - 1), scale);
        });
    }

    /** Scales the angles instead of the heads, because the angles are the smaller tensors. */
    private static Value rotated(Ops ops, Value x, Value cos, Value sin, float scale) {
        int width = (int) (2 * cos.dim(cos.rank() - 1));
        int rest = (int) x.dim(x.rank() - 1) - width;
        if (rest > 0) {
            Value turned = rotated(ops, ops.sliceOfLast("turning", x, 0, width), cos, sin, scale);
            Value still = ops.sliceOfLast("still", x, width, rest);
            Value scaled = scale == 1 ? still : ops.mul("still_scaled", still, ops.constant("still_scale", scale));
            return ops.concat("partly_rotated", turned, scaled, ops.constant("last_axis", x.rank() - 1), x.rank() - 1);
        }
        Value c = cos;
        Value s = sin;
        if (scale != 1) {
            Value factor = ops.constant("scale", scale);
            c = ops.mul("scaled_cos", cos, factor);
            s = ops.mul("scaled_sin", sin, factor);
        }
        Value axis = ops.constant("axis", x.rank() - 1);
        List<Value> halves = ops.halves("halves", x, axis, x.rank() - 1);
        Value a = halves.get(0);
        Value b = halves.get(1);
        Value first = ops.sub("first", ops.mul("a_cos", a, c), ops.mul("b_sin", b, s));
        Value second = ops.add("second", ops.mul("b_cos", b, c), ops.mul("a_sin", a, s));
        return ops.concat("rotated", first, second, axis, x.rank() - 1);
    }

    /** {@code mask(scores, visible)}. */
    Value mask(String name, Value scores, Value visible) {
        return call(
                name,
                "mask",
                names("scores", "attention_mask"),
                List.of(scores, visible),
                (ops, in) -> ops.select("masked", in.get(1), in.get(0), ops.constant("hidden", -1e9f)));
    }

    /**
     * {@code cap · tanh(x / cap)}, or {@code x} if the cap is 0.
     *
     * @param function the name of the function; each cap of a model has its own
     */
    Value capped(String name, String function, Value x, double cap) {
        if (cap == 0) {
            return x;
        }
        return call(name, function, names("x"), List.of(x), (ops, in) -> {
            Value share = ops.mul("share_of_cap", in.get(0), ops.constant("inverse_cap", (float) (1 / cap)));
            return ops.mul("capped", ops.unary("share_within_cap", "Tanh", share), ops.constant("cap", (float) cap));
        });
    }

    /** {@code gated(gate, up[, gate_bias, up_bias])}: {@code silu(gate) · up}, or with GELU. */
    Value gated(String name, FeedForward.Kind kind, Value gate, Value up, List<Value> biases) {
        List<Value> all = joined(List.of(gate, up), biases);
        return call(name, "gated", names("gate", "up", "gate_bias", "up_bias"), all, (ops, in) -> {
            Value g = biases.isEmpty() ? in.get(0) : ops.add("gate_biased", in.get(0), in.get(2));
            Value u = biases.isEmpty() ? in.get(1) : ops.add("up_biased", in.get(1), in.get(3));
            Value opened =
                    switch (kind) {
                        case GEGLU -> ActivationFunctions.gelu(ops, g);
                        case GEGLU_TANH -> ActivationFunctions.geluTanh(ops, g);
                        default -> ops.mul("silu", g, ops.unary("sigmoid", "Sigmoid", g));
                    };
            return ops.mul("gated", opened, u);
        });
    }

    /** {@code gelu(x[, bias])}, exact or by tanh. */
    Value gelu(String name, FeedForward.Kind kind, Value x, List<Value> bias) {
        return call(name, "gelu", names("x", "bias"), joined(List.of(x), bias), (ops, in) -> {
            Value z = bias.isEmpty() ? in.get(0) : ops.add("biased", in.get(0), in.get(1));
            return kind == FeedForward.Kind.GELU_TANH
                    ? ActivationFunctions.geluTanh(ops, z)
                    : ActivationFunctions.gelu(ops, z);
        });
    }

    /** {@code activated(x[, bias])}: the function of a head. */
    Value activated(String name, Head.Activation activation, Value x, List<Value> bias) {
        return call(name, "activated", names("x", "bias"), joined(List.of(x), bias), (ops, in) -> {
            Value z = bias.isEmpty() ? in.get(0) : ops.add("biased", in.get(0), in.get(1));
            return ActivationFunctions.of(ops, activation, z);
        });
    }

    /** {@code residual(stream, x)}, or with a bias {@code residual_biased(stream, x, bias)}: the sum, x perhaps scaled. */
    Value residual(String name, Value stream, Value x, List<Value> bias, float scale) {
        String function = bias.isEmpty() ? "residual" : "residual_biased";
        return call(name, function, names("stream", "x", "bias"), joined(List.of(stream, x), bias), (ops, in) -> {
            Value added = bias.isEmpty() ? in.get(1) : ops.add("biased", in.get(1), in.get(2));
            Value scaled = scale == 1 ? added : ops.mul("scaled", added, ops.constant("scale", scale));
            return ops.add("sum", in.get(0), scaled);
        });
    }

    private Value call(
            String name,
            String function,
            List<String> names,
            List<Value> inputs,
            BiFunction<Ops, List<Value>, Value> body) {
        GraphBuilder.Function called = functions.computeIfAbsent(function, unknown -> {
            GraphBuilder builder = GraphBuilder.function(function);
            List<Value> arguments = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                arguments.add(builder.argument(names.get(i), inputs.get(i).form()));
            }
            builder.result("y", body.apply(new Ops(builder), arguments));
            return graph.define(builder);
        });
        return graph.call(name, called, inputs).get(0);
    }

    private static List<String> names(String... names) {
        return List.of(names);
    }

    private static List<Value> joined(List<Value> first, List<Value> second) {
        List<Value> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
