package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Sums, products and selections of two tensors, with NumPy broadcasting. */
final class ArithmeticVjps {

    static final Map<String, Vjp> VJPS = Map.ofEntries(
            Map.entry("AddV2", ArithmeticVjps::add),
            Map.entry("Add", ArithmeticVjps::add),
            Map.entry("Sub", ArithmeticVjps::sub),
            Map.entry("Mul", ArithmeticVjps::mul),
            Map.entry("RealDiv", ArithmeticVjps::div),
            Map.entry("Div", ArithmeticVjps::div),
            Map.entry("SquaredDifference", ArithmeticVjps::squaredDifference),
            Map.entry("Pow", ArithmeticVjps::pow),
            Map.entry("AddN", ArithmeticVjps::addN),
            Map.entry("BiasAdd", ArithmeticVjps::biasAdd),
            Map.entry("Maximum", context -> extreme(context, "GreaterEqual")),
            Map.entry("Minimum", context -> extreme(context, "LessEqual")),
            Map.entry("SelectV2", ArithmeticVjps::select));

    private ArithmeticVjps() {}

    private static void add(VjpContext context) {
        reduced(context, 0, word -> context.gradient());
        reduced(context, 1, word -> context.gradient());
    }

    private static void sub(VjpContext context) {
        reduced(context, 0, word -> context.gradient());
        reduced(context, 1, word -> context.builder().op(word, "Neg", context.gradient()));
    }

    private static void mul(VjpContext context) {
        reduced(context, 0, word -> context.builder().times(word, context.gradient(), context.input(1)));
        reduced(context, 1, word -> context.builder().times(word, context.gradient(), context.input(0)));
    }

    /** d(a/b) = da/b − (a/b)·db/b. */
    private static void div(VjpContext context) {
        GradientNodeBuilder builder = context.builder();
        reduced(context, 0, word -> builder.op(word, "RealDiv", context.gradient(), context.input(1)));
        reduced(context, 1, word -> {
            Value quotient = builder.op(word + ".quotient", "RealDiv", context.output(0), context.input(1));
            return builder.op(word, "Neg", builder.times(word + ".positive", context.gradient(), quotient));
        });
    }

    private static void squaredDifference(VjpContext context) {
        GradientNodeBuilder builder = context.builder();
        Value difference = builder.op("difference", "Sub", context.input(0), context.input(1));
        Value doubled = builder.times("doubled", difference, 2);
        reduced(context, 0, word -> builder.times(word, context.gradient(), doubled));
        reduced(
                context,
                1,
                word -> builder.op(word, "Neg", builder.times(word + ".positive", context.gradient(), doubled)));
    }

    /** With respect to the base only: {@code d(xᶜ) = c·xᶜ⁻¹·dx} for a constant c. */
    private static void pow(VjpContext context) {
        GradientNodeBuilder builder = context.builder();
        double exponent = context.graph().number(context.input(1));
        Value less = builder.number("exponent", context.input(0).type(), exponent - 1);
        Value slope = builder.times("slope", builder.op("power", "Pow", context.input(0), less), exponent);
        reduced(context, 0, word -> builder.times(word, context.gradient(), slope));
    }

    private static void addN(VjpContext context) {
        for (int index = 0; index < context.inputs().size(); index++) {
            reduced(context, index, word -> context.gradient());
        }
    }

    private static void biasAdd(VjpContext context) {
        reduced(context, 0, word -> context.gradient());
        if (context.wants(1)) {
            context.give(1, context.builder().op("1", "BiasAddGrad", context.gradient()));
        }
    }

    /** The gradient goes to the input whose value was selected; if both are equal, to the first. */
    private static void extreme(VjpContext context, String firstWins) {
        GradientNodeBuilder builder = context.builder();
        Value first = builder.op("first", firstWins, context.input(0), context.input(1));
        choose(context, first, 0, 1);
    }

    private static void select(VjpContext context) {
        choose(context, context.input(0), 1, 2);
    }

    private static void choose(VjpContext context, Value condition, int yes, int no) {
        GradientNodeBuilder builder = context.builder();
        Value zero = builder.number("zero", context.gradient().type(), 0);
        reduced(context, yes, word -> choice(builder, word, condition, context.gradient(), zero));
        reduced(context, no, word -> choice(builder, word, condition, zero, context.gradient()));
    }

    /** Computes the gradient in the shape of the output under {@code word}, then sums it to the shape of the input. */
    private static void reduced(VjpContext context, int index, Function<String, Value> make) {
        if (!context.wants(index)) {
            return;
        }
        Value input = context.input(index);
        boolean whole = input.dims().equals(context.output(0).dims());
        Value gradient = make.apply(whole ? "" + index : index + ".whole");
        context.give(index, context.builder().gathered("" + index, gradient, input.dims()));
    }

    /** SelectV2 has a bool as its first input, so its type attribute is that of the second. */
    private static Value choice(GradientNodeBuilder builder, String word, Value condition, Value yes, Value no) {
        return builder.put(word, "SelectV2", List.of(condition, yes, no), Map.of("T", Attributes.of(yes.type())));
    }
}
