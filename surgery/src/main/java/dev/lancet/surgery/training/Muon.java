package dev.lancet.surgery.training;

import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/**
 * Moves matrices by Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon): momentum, looked ahead after Nesterov,
 * then orthogonalised, so that all directions of a matrix move alike. For a matrix {@code X [rows, columns]}:
 * <pre>
 *   m ← momentum·m + g,   u = g + momentum·m,   O = u / (‖u‖ + 1e-7)
 *   five times, with S = O·Oᵀ:   O ← (3.4445·I − 4.7750·S + 2.0315·S²)·O
 *   X ← X − η · √max(1, columns / rows) · O
 * </pre>
 * Of a matrix with more rows than columns {@code S = Oᵀ·O} is taken and {@code O} multiplied from the other side: S is as
 * small as the matrix allows, and for the factors of a low rank r it is {@code [r, r]}. Products are MatMul nodes; what
 * lies between them are calls of four functions, the same for all matrices:
 * <pre>
 * X.m.next     = muon_momentum(X.m.read, g, momentum)         X.m.moved = AssignVariableOp(X.m, X.m.next)
 * X.ahead      = muon_momentum(X.m.next, g, momentum)
 * X.ortho.0    = muon_unit(X.ahead, X.ahead.half)             X.ahead.half = L2Loss(X.ahead)
 * X.ortho.N.s  = MatMul(X.ortho.M, X.ortho.M) transposed      X.ortho.N.ss = MatMul(X.ortho.N.s, X.ortho.N.s)
 * X.ortho.N.p  = muon_polynomial(X.ortho.N.s, X.ortho.N.ss, muon.unit.R)
 * X.ortho.N    = MatMul(X.ortho.N.p, X.ortho.M), or the other way round
 * X.update     = AssignSubVariableOp(X, X.step)               X.step = Mul(X.ortho.5, η·√max(1, columns / rows))
 * </pre>
 */
final class Muon {

    private static final int ITERATIONS = 5;
    private static final float FIRST = 3.4445f;
    private static final float SECOND = -4.7750f;
    private static final float THIRD = 2.0315f;
    private static final float TINY = 1e-7f;

    private final Pen pen;
    private final Assignments assignments;
    private final Rates rates;
    private final Map<Double, Tensor> momenta = new LinkedHashMap<>();
    private final Map<Long, Tensor> units = new LinkedHashMap<>();
    private final Set<String> called = new TreeSet<>();

    Muon(Pen pen, Assignments assignments, Rates rates) {
        this.pen = pen;
        this.assignments = assignments;
        this.rates = rates;
    }

    /** The node that moves a matrix along a gradient, after other nodes. */
    String move(Update update, Tensor value, Tensor gradient, List<String> after) {
        String x = update.variable();
        if (value.rank() != 2) {
            throw new IllegalArgumentException(
                    "update of " + x + ": Muon moves matrices, not " + value.shape() + "; move it by AdamW");
        }
        Tensor momentum = momenta.computeIfAbsent(
                update.momentum().orElseThrow(),
                number -> pen.number("muon.momentum." + number, DataType.DT_FLOAT, number));
        Tensor before = assignments.slot(x + ".m", value);
        Tensor next = call(x + ".m.next", "muon_momentum", before, gradient, momentum);
        String moved = assignments.put(x + ".m.moved", "AssignVariableOp", x + ".m", next, after);
        Tensor ahead = call(x + ".ahead", "muon_momentum", next, gradient, momentum);
        Tensor ortho = call(x + ".ortho.0", "muon_unit", ahead, pen.op(x + ".ahead.half", "L2Loss", ahead));
        for (int i = 1; i <= ITERATIONS; i++) {
            ortho = iteration(x + ".ortho." + i, ortho);
        }
        double longer = Math.sqrt(Math.max(1, value.dimension(1) / (double) value.dimension(0)));
        Tensor step = pen.times(x + ".step", ortho, rates.times(update.times() * longer));
        List<String> all = new ArrayList<>(after);
        all.add(moved);
        return assignments.put(x + ".update", "AssignSubVariableOp", x, step, all);
    }

    private Tensor iteration(String word, Tensor ortho) {
        boolean tall = ortho.dimension(0) > ortho.dimension(1);
        Tensor s = pen.matMul(word + ".s", ortho, tall, ortho, !tall);
        Tensor ss = pen.matMul(word + ".ss", s, false, s, false);
        Tensor p = call(word + ".p", "muon_polynomial", s, ss, unit(s.dimension(0)));
        return tall ? pen.matMul(word, ortho, false, p, false) : pen.matMul(word, p, false, ortho, false);
    }

    /** The first coefficient on a diagonal. */
    private Tensor unit(long side) {
        return units.computeIfAbsent(side, size -> {
            String word = "muon.unit." + size;
            Tensor ones = pen.put(
                    word + ".diagonal",
                    "Fill",
                    List.of(
                            pen.integers(word + ".side", List.of(size)),
                            pen.number(word + ".by", DataType.DT_FLOAT, FIRST)),
                    Map.of(
                            "T", Attributes.type(DataType.DT_FLOAT),
                            "index_type", Attributes.type(DataType.DT_INT32)));
            return pen.put(
                    word,
                    "MatrixDiag",
                    List.of(ones),
                    Map.of(
                            "T",
                            Attributes.type(DataType.DT_FLOAT),
                            Attributes.OUTPUT_SHAPES,
                            Attributes.shapes(List.of(List.of(size, size)))));
        });
    }

    private Tensor call(String word, String function, Tensor... inputs) {
        called.add(function);
        return pen.put(
                word,
                "PartitionedCall",
                List.of(inputs),
                Map.of(
                        "f",
                        Attributes.function(function),
                        "Tin",
                        Attributes.types(Collections.nCopies(inputs.length, DataType.DT_FLOAT)),
                        "Tout",
                        Attributes.types(List.of(DataType.DT_FLOAT)),
                        "config",
                        Attributes.text(""),
                        "config_proto",
                        Attributes.text(""),
                        "executor_type",
                        Attributes.text(""),
                        Attributes.OUTPUT_SHAPES,
                        Attributes.shapes(List.of(inputs[0].shape()))));
    }

    /** The functions that were called. */
    List<FunctionDef> library() {
        return List.of(momentum(), unit(), polynomial()).stream()
                .filter(function -> called.contains(function.getSignature().getName()))
                .toList();
    }

    private static Value matrix(Sketch body, String name) {
        return body.argument(name, Form.of(DataType.DT_FLOAT, -1, -1));
    }

    private static Value scalar(Sketch body, String name) {
        return body.argument(name, Form.of(DataType.DT_FLOAT));
    }

    private static FunctionDef momentum() {
        Sketch body = Sketch.function("muon_momentum");
        Ops ops = new Ops(body);
        Value past = matrix(body, "past");
        Value gradient = matrix(body, "gradient");
        Value kept = ops.mul("kept", past, scalar(body, "momentum"));
        body.result("y", ops.add("sum", kept, gradient));
        return body.toFunction().definition();
    }

    private static FunctionDef unit() {
        Sketch body = Sketch.function("muon_unit");
        Ops ops = new Ops(body);
        Value x = matrix(body, "x");
        Value square = ops.mul("square", scalar(body, "half"), ops.constant("two", 2f));
        Value length = ops.add("length", ops.unary("root", "Sqrt", square), ops.constant("tiny", TINY));
        body.result("y", ops.binary("unit", "RealDiv", x, length));
        return body.toFunction().definition();
    }

    private static FunctionDef polynomial() {
        Sketch body = Sketch.function("muon_polynomial");
        Ops ops = new Ops(body);
        Value s = matrix(body, "s");
        Value ss = matrix(body, "ss");
        Value first = matrix(body, "first");
        Value second = ops.mul("second", s, ops.constant("of_s", SECOND));
        Value third = ops.mul("third", ss, ops.constant("of_ss", THIRD));
        body.result("y", ops.add("sum", ops.add("two", first, second), third));
        return body.toFunction().definition();
    }
}
