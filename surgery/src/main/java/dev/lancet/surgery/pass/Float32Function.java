package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.proto.DataType;

/**
 * A named function that computes in float32 whatever the types of its arguments are. If it is compiled, the casts cost
 * nothing.
 *
 * @param function its name
 * @param arguments their names
 * @param body computes the result from the arguments, with floating arguments cast to float32
 */
record Float32Function(String function, List<String> arguments, BiFunction<Ops, List<Value>, Value> body) {

    private static final DataType FLOAT = DataType.DT_FLOAT;

    /** A call of the function whose result has this type. */
    Value call(GraphBuilder builder, String name, List<Value> inputs, DataType type) {
        GraphBuilder drawing = GraphBuilder.function(function);
        Ops ops = new Ops(drawing);
        List<Value> wide = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value argument = drawing.argument(arguments.get(i), inputs.get(i).form());
            wide.add(HalfTypes.is(argument.type()) ? ops.cast(arguments.get(i) + "_wide", argument, FLOAT) : argument);
        }
        Value result = body.apply(ops, wide);
        drawing.result("y", type == FLOAT ? result : ops.cast("y_narrow", result, type));
        return builder.call(name, builder.define(drawing), inputs).get(0);
    }

    /** The sum over the last axis, which stays with size 1. */
    static Value sumOfLast(Ops ops, String name, Value x) {
        List<Long> dims = new ArrayList<>(x.dims());
        dims.set(x.rank() - 1, 1L);
        return ops.reduce(name, "Sum", x, ops.ints(name + "_axis", x.rank() - 1), true, dims);
    }
}
