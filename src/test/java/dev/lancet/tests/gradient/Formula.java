package dev.lancet.tests.gradient;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * A small graph around one op: variables, the output {@code y}, and a {@code loss} that weighs every element of it with a
 * number of its own, the frozen variable {@code mix}.
 */
record Formula(String name, GraphDef graph, List<String> variables) {

    static final DataType FLOAT = DataType.DT_FLOAT;

    static Formula of(String name, Function<Board, Value> draw) {
        Board board = new Board(GraphBuilder.graph(), new ArrayList<>());
        Value y = draw.apply(board);
        Ops ops = board.ops();
        Value weighed = ops.mul("weighed", y, board.sketch().variable("mix", y.form()));
        Value axes = ops.ints("axes", IntStream.range(0, y.rank()).toArray());
        ops.reduce("loss", "Sum", weighed, axes, false, List.of());
        return new Formula(name, board.sketch().toGraph(), board.variables());
    }

    @Override
    public String toString() {
        return name;
    }

    /** Where a formula is drawn. */
    record Board(GraphBuilder sketch, List<String> variables) {

        Ops ops() {
            return new Ops(sketch);
        }

        Value variable(String name, long... dims) {
            variables.add(name);
            return sketch.variable(name, TensorType.of(FLOAT, dims));
        }

        /** Numbers between 0.5 and 2.5 made of a variable. */
        Value positive(String name, long... dims) {
            Value bounded = ops().unary(name + ".bounded", "Tanh", variable(name, dims));
            return ops().add(name + ".positive", bounded, ops().constant(name + ".shift", 1.5f));
        }

        Value ids(long... dims) {
            return sketch.placeholder("ids", TensorType.of(DataType.DT_INT32, dims));
        }

        Value binary(String op, Value a, Value b) {
            return ops().binary("y", op, a, b);
        }

        Value unary(String op, Value x) {
            return ops().unary("y", op, x);
        }

        Value reduce(String op, boolean keep, int axis, long... dims) {
            Value x = variable("a", 2, 3, 4);
            return ops().reduce(
                            "y",
                            op,
                            x,
                            ops().ints("y.axis", axis),
                            keep,
                            TensorType.of(FLOAT, dims).dims());
        }
    }
}
