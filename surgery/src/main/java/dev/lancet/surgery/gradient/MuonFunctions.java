package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/** The functions between the products of {@link MuonUpdates}, over stacks of matrices {@code [n, rows, columns]}. */
final class MuonFunctions {

    /** The coefficients of the iteration's polynomial: for the matrix, its cube and its fifth power. */
    static final float FIRST = 3.4445f;

    private static final float SECOND = -4.7750f;
    private static final float THIRD = 2.0315f;
    private static final float TINY = 1e-7f;

    private MuonFunctions() {}

    static List<FunctionDef> all() {
        return List.of(start(), polynomial());
    }

    private static Value stack(GraphBuilder body, String name) {
        return body.argument(name, TensorType.of(DataType.DT_FLOAT, -1, -1, -1));
    }

    /** {@code (past, gradient, momentum) -> m = momentum·past + gradient, (gradient + momentum·m) / its norm}. */
    private static FunctionDef start() {
        GraphBuilder body = GraphBuilder.function("muon_start");
        Ops ops = new Ops(body);
        Value past = stack(body, "past");
        Value gradient = stack(body, "gradient");
        Value momentum = body.argument("momentum", TensorType.of(DataType.DT_FLOAT));
        Value next = ops.add("next", ops.mul("kept", past, momentum), gradient);
        Value ahead = ops.add("ahead", ops.mul("further", next, momentum), gradient);
        Value squares = ops.reduce(
                "squares",
                "Sum",
                ops.unary("square", "Square", ahead),
                ops.ints("axes", 1, 2),
                true,
                List.of(-1L, 1L, 1L));
        Value length = ops.add("length", ops.unary("root", "Sqrt", squares), ops.constant("tiny", TINY));
        body.result("m", next);
        body.result("ortho", ops.binary("unit", "RealDiv", ahead, length));
        return body.toFunction().definition();
    }

    /** {@code (s, ss, first) -> first + SECOND·s + THIRD·ss}. */
    private static FunctionDef polynomial() {
        GraphBuilder body = GraphBuilder.function("muon_polynomial");
        Ops ops = new Ops(body);
        Value s = stack(body, "s");
        Value ss = stack(body, "ss");
        Value first = body.argument("first", TensorType.of(DataType.DT_FLOAT, -1, -1));
        Value second = ops.mul("second", s, ops.constant("of_s", SECOND));
        Value third = ops.mul("third", ss, ops.constant("of_ss", THIRD));
        body.result("y", ops.add("sum", ops.add("two", first, second), third));
        return body.toFunction().definition();
    }
}
