package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/**
 * Updates matrices by Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon): Nesterov momentum, then
 * orthogonalisation, so that a matrix is updated equally in all directions. For a matrix {@code X [rows, columns]}:
 * <pre>
 *   m ← momentum·m + g,   u = g + momentum·m,   O = u / (‖u‖ + 1e-7)
 *   five times, with S = O·Oᵀ:   O ← (3.4445·I − 4.7750·S + 2.0315·S²)·O
 *   X ← X − η · √max(1, columns / rows) · O
 * </pre>
 * For a matrix with more rows than columns, {@code S = Oᵀ·O} and {@code O} is multiplied with it from the right. So S is
 * as small as the matrix allows; for factors of rank r it is {@code [r, r]}. One such product is too small to keep a
 * processor busy. Therefore matrices of one shape are updated together, as a stack {@code [n, rows, columns]} of at most
 * a million elements, which bounds the additional memory. For each stack {@code Z}:
 * <pre>
 * Z.m.past, Z.grad     = Pack(X.m.read …), Pack(g …)
 * Z.start              = muon_start(Z.m.past, Z.grad, momentum)    gives the next m and the first O
 * Z.m.next             = Unpack(Z.start)                           X.m.moved = AssignVariableOp(X.m, Z.m.next)
 * Z.ortho.N.s          = BatchMatMulV2(O, O) transposed            Z.ortho.N.ss = BatchMatMulV2(Z.ortho.N.s, Z.ortho.N.s)
 * Z.ortho.N.p          = muon_polynomial(Z.ortho.N.s, Z.ortho.N.ss, muon.unit.R)
 * Z.ortho.N            = BatchMatMulV2(Z.ortho.N.p, O), or (O, Z.ortho.N.p)
 * Z.step               = Unpack(Mul(Z.ortho.5, η·√max(1, columns / rows)))
 * X.update             = AssignSubVariableOp(X, Z.step)
 * </pre>
 */
final class MuonUpdates {

    private static final int ITERATIONS = 5;
    private static final long STACK = 1_000_000;

    /** A matrix to update, and the nodes that must run before the update. */
    private record Moving(ParameterUpdate update, Value value, Value gradient, List<String> after) {}

    /** What the matrices of a stack have in common. */
    private record Kind(List<Long> shape, double momentum, double times) {

        long rows() {
            return shape.get(0);
        }

        long columns() {
            return shape.get(1);
        }

        int most() {
            return (int) Math.max(1, STACK / (rows() * columns()));
        }

        double longer() {
            return Math.sqrt(Math.max(1, columns() / (double) rows()));
        }
    }

    private final GradientNodeBuilder builder;
    private final GradientNodeBuilder late;
    private final Assignments assignments;
    private final OptimizerScalars scalars;
    private final Map<Kind, List<Moving>> kinds = new LinkedHashMap<>();
    private final Map<Double, Value> momenta = new LinkedHashMap<>();
    private final Map<Long, Value> units = new LinkedHashMap<>();

    /**
     * Starts without matrices.
     *
     * @param late builds the nodes that must run only after the update may begin
     */
    MuonUpdates(
            GradientNodeBuilder builder, GradientNodeBuilder late, Assignments assignments, OptimizerScalars scalars) {
        this.builder = builder;
        this.late = late;
        this.assignments = assignments;
        this.scalars = scalars;
    }

    /** Adds a matrix that is updated with a gradient, after other nodes. */
    void take(ParameterUpdate update, Value value, Value gradient, List<String> after) {
        if (value.rank() != 2) {
            throw new IllegalArgumentException("update of " + update.variable() + ": Muon updates only matrices, not "
                    + value.dims() + "; use AdamW for it");
        }
        Kind kind = new Kind(value.dims(), update.momentum().orElseThrow(), update.times());
        kinds.computeIfAbsent(kind, any -> new ArrayList<>()).add(new Moving(update, value, gradient, after));
    }

    /** The nodes that update the added matrices. */
    List<String> moves() {
        List<String> moves = new ArrayList<>();
        kinds.forEach((kind, all) -> {
            for (int from = 0; from < all.size(); from += kind.most()) {
                String word = "muon." + kind.rows() + "x" + kind.columns() + "." + moves.size();
                moves.addAll(moved(word, kind, all.subList(from, Math.min(all.size(), from + kind.most()))));
            }
        });
        return moves;
    }

    private List<String> moved(String word, Kind kind, List<Moving> matrices) {
        List<Value> slots = matrices.stream()
                .map(moving -> assignments.slot(moving.update().variable() + ".m", moving.value()))
                .toList();
        Value start = start(word, kind, slots, matrices);
        Value ortho = builder.port(start, 1);
        for (int i = 1; i <= ITERATIONS; i++) {
            ortho = iteration(word + ".ortho." + i, ortho);
        }
        Value scaled = builder.times(word + ".scaled", ortho, scalars.times(kind.times() * kind.longer()));
        List<Value> next = builder.unpack(word + ".m.next", start);
        List<Value> steps = builder.unpack(word + ".step", scaled);
        List<String> moves = new ArrayList<>();
        for (int i = 0; i < matrices.size(); i++) {
            Moving moving = matrices.get(i);
            String x = moving.update().variable();
            List<String> after = new ArrayList<>(moving.after());
            after.add(assignments.put(x + ".m.moved", "AssignVariableOp", x + ".m", next.get(i), moving.after()));
            moves.add(assignments.put(x + ".update", "AssignSubVariableOp", x, steps.get(i), after));
        }
        return moves;
    }

    private Value start(String word, Kind kind, List<Value> slots, List<Moving> matrices) {
        Value past = late.pack(word + ".m.past", slots);
        Value gradient = late.pack(
                word + ".grad", matrices.stream().map(Moving::gradient).toList());
        Value momentum =
                momenta.computeIfAbsent(kind.momentum(), number -> scalars.memory("muon.momentum." + number, number));
        return call(word + ".start", "muon_start", 2, past, gradient, momentum);
    }

    private Value iteration(String word, Value ortho) {
        boolean tall = ortho.dim(1) > ortho.dim(2);
        Value s = builder.matMul(word + ".s", ortho, tall, ortho, !tall);
        Value ss = builder.matMul(word + ".ss", s, false, s, false);
        Value p = call(word + ".p", "muon_polynomial", 1, s, ss, unit(s.dim(1)));
        return tall ? builder.matMul(word, ortho, false, p, false) : builder.matMul(word, p, false, ortho, false);
    }

    /** The first coefficient on the diagonal of a square matrix. */
    private Value unit(long side) {
        return units.computeIfAbsent(side, size -> {
            String word = "muon.unit." + size;
            Value ones = late.put(
                    word + ".diagonal",
                    "Fill",
                    List.of(
                            builder.integers(word + ".side", List.of(size)),
                            builder.number(word + ".by", DataType.DT_FLOAT, MuonFunctions.FIRST)),
                    Map.of(
                            "T", Attributes.of(DataType.DT_FLOAT),
                            "index_type", Attributes.of(DataType.DT_INT32)));
            return late.put(
                    word,
                    "MatrixDiag",
                    List.of(ones),
                    Map.of(
                            "T",
                            Attributes.of(DataType.DT_FLOAT),
                            Attributes.SHAPES,
                            Attributes.shapes(List.of(List.of(size, size)))));
        });
    }

    /** A call of a function whose results all have the shape of its first input. */
    private Value call(String word, String function, int results, Value... inputs) {
        return builder.put(
                word,
                "PartitionedCall",
                List.of(inputs),
                Map.of(
                        "f",
                        Attributes.function(function),
                        "Tin",
                        Attributes.types(Collections.nCopies(inputs.length, DataType.DT_FLOAT)),
                        "Tout",
                        Attributes.types(Collections.nCopies(results, DataType.DT_FLOAT)),
                        "config",
                        Attributes.of(""),
                        "config_proto",
                        Attributes.of(""),
                        "executor_type",
                        Attributes.of(""),
                        Attributes.SHAPES,
                        Attributes.shapes(Collections.nCopies(results, inputs[0].dims()))));
    }

    /** The functions that the updates call. */
    List<FunctionDef> library() {
        return kinds.isEmpty() ? List.of() : MuonFunctions.all();
    }
}
