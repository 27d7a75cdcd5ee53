package dev.lancet.surgery.training;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Sums, products and choices of two tensors, broadcast as NumPy does. */
final class Arithmetic {

    static final Map<String, Vjp> ROOM = Map.ofEntries(
            Map.entry("AddV2", Arithmetic::add),
            Map.entry("Add", Arithmetic::add),
            Map.entry("Sub", Arithmetic::sub),
            Map.entry("Mul", Arithmetic::mul),
            Map.entry("RealDiv", Arithmetic::div),
            Map.entry("Div", Arithmetic::div),
            Map.entry("SquaredDifference", Arithmetic::squaredDifference),
            Map.entry("Pow", Arithmetic::pow),
            Map.entry("AddN", Arithmetic::addN),
            Map.entry("BiasAdd", Arithmetic::biasAdd),
            Map.entry("Maximum", chain -> extreme(chain, "GreaterEqual")),
            Map.entry("Minimum", chain -> extreme(chain, "LessEqual")),
            Map.entry("SelectV2", Arithmetic::select));

    private Arithmetic() {}

    private static void add(Chain chain) {
        reduced(chain, 0, word -> chain.gradient());
        reduced(chain, 1, word -> chain.gradient());
    }

    private static void sub(Chain chain) {
        reduced(chain, 0, word -> chain.gradient());
        reduced(chain, 1, word -> chain.pen().op(word, "Neg", chain.gradient()));
    }

    private static void mul(Chain chain) {
        reduced(chain, 0, word -> chain.pen().times(word, chain.gradient(), chain.input(1)));
        reduced(chain, 1, word -> chain.pen().times(word, chain.gradient(), chain.input(0)));
    }

    /** d(a/b) = da/b − (a/b)·db/b. */
    private static void div(Chain chain) {
        Pen pen = chain.pen();
        reduced(chain, 0, word -> pen.op(word, "RealDiv", chain.gradient(), chain.input(1)));
        reduced(chain, 1, word -> {
            Tensor quotient = pen.op(word + ".quotient", "RealDiv", chain.output(0), chain.input(1));
            return pen.op(word, "Neg", pen.times(word + ".positive", chain.gradient(), quotient));
        });
    }

    private static void squaredDifference(Chain chain) {
        Pen pen = chain.pen();
        Tensor difference = pen.op("difference", "Sub", chain.input(0), chain.input(1));
        Tensor doubled = pen.times("doubled", difference, 2);
        reduced(chain, 0, word -> pen.times(word, chain.gradient(), doubled));
        reduced(chain, 1, word -> pen.op(word, "Neg", pen.times(word + ".positive", chain.gradient(), doubled)));
    }

    /** The base only: {@code d(xᶜ) = c·xᶜ⁻¹·dx} for a constant c. */
    private static void pow(Chain chain) {
        Pen pen = chain.pen();
        double exponent = chain.region().number(chain.input(1));
        Tensor less = pen.number("exponent", chain.input(0).type(), exponent - 1);
        Tensor slope = pen.times("slope", pen.op("power", "Pow", chain.input(0), less), exponent);
        reduced(chain, 0, word -> pen.times(word, chain.gradient(), slope));
    }

    private static void addN(Chain chain) {
        for (int index = 0; index < chain.inputs().size(); index++) {
            reduced(chain, index, word -> chain.gradient());
        }
    }

    private static void biasAdd(Chain chain) {
        reduced(chain, 0, word -> chain.gradient());
        if (chain.wants(1)) {
            chain.give(1, chain.pen().op("1", "BiasAddGrad", chain.gradient()));
        }
    }

    /** The gradient goes where the value came from; where both are equal, to the first. */
    private static void extreme(Chain chain, String firstWins) {
        Pen pen = chain.pen();
        Tensor first = pen.op("first", firstWins, chain.input(0), chain.input(1));
        choose(chain, first, 0, 1);
    }

    private static void select(Chain chain) {
        choose(chain, chain.input(0), 1, 2);
    }

    private static void choose(Chain chain, Tensor condition, int yes, int no) {
        Pen pen = chain.pen();
        Tensor zero = pen.number("zero", chain.gradient().type(), 0);
        reduced(chain, yes, word -> choice(pen, word, condition, chain.gradient(), zero));
        reduced(chain, no, word -> choice(pen, word, condition, zero, chain.gradient()));
    }

    /** Makes the gradient in the shape of the output under {@code word}, then sums it to the shape of the input. */
    private static void reduced(Chain chain, int index, Function<String, Tensor> make) {
        if (!chain.wants(index)) {
            return;
        }
        Tensor input = chain.input(index);
        boolean whole = input.shape().equals(chain.output(0).shape());
        Tensor gradient = make.apply(whole ? "" + index : index + ".whole");
        chain.give(index, chain.pen().gathered("" + index, gradient, input.shape()));
    }

    /** The type attribute of a SelectV2 is not that of its first input. */
    private static Tensor choice(Pen pen, String word, Tensor condition, Tensor yes, Tensor no) {
        return pen.put(word, "SelectV2", List.of(condition, yes, no), Map.of("T", Attributes.type(yes.type())));
    }
}
