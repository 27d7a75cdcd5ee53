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
 * Moves matrices by Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon): momentum, looked ahead after Nesterov,
 * then orthogonalised, so that all directions of a matrix move alike. For a matrix {@code X [rows, columns]}:
 * <pre>
 *   m ← momentum·m + g,   u = g + momentum·m,   O = u / (‖u‖ + 1e-7)
 *   five times, with S = O·Oᵀ:   O ← (3.4445·I − 4.7750·S + 2.0315·S²)·O
 *   X ← X − η · √max(1, columns / rows) · O
 * </pre>
 * Of a matrix with more rows than columns {@code S = Oᵀ·O} is taken and {@code O} multiplied from the other side: S is as
 * small as the matrix allows, and for the factors of a low rank r it is {@code [r, r]}. Such products are too small to fill a
 * processor one by one, and there are many: matrices of one shape are moved together, as a stack {@code [n, rows, columns]}
 * of at most a million numbers, so that what it takes beside them stays small. For each stack {@code Z}:
 * <pre>
 * Z.m.past, Z.grad     = Pack(X.m.read …), Pack(g …)
 * Z.start              = muon_start(Z.m.past, Z.grad, momentum)    gives the next m and the first O
 * Z.m.next             = Unpack(Z.start)                           X.m.moved = AssignVariableOp(X.m, Z.m.next)
 * Z.ortho.N.s          = BatchMatMulV2(O, O) transposed            Z.ortho.N.ss = BatchMatMulV2(Z.ortho.N.s, Z.ortho.N.s)
 * Z.ortho.N.p          = muon_polynomial(Z.ortho.N.s, Z.ortho.N.ss, muon.unit.R)
 * Z.ortho.N            = BatchMatMulV2(Z.ortho.N.p, O), or the other way round
 * Z.step               = Unpack(Mul(Z.ortho.5, η·√max(1, columns / rows)))
 * X.update             = AssignSubVariableOp(X, Z.step)
 * </pre>
 */
final class MuonUpdates {

    private static final int ITERATIONS = 5;
    private static final long STACK = 1_000_000;

    /** A matrix to move, and the nodes that must run before it does. */
    private record Moving(ParameterUpdate update, Value value, Value gradient, List<String> after) {}

    /** What the matrices of a stack share. */
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
     * Nothing taken in yet.
     *
     * @param late writes what is not to be computed before everything that is to be moved may be
     */
    MuonUpdates(
            GradientNodeBuilder builder, GradientNodeBuilder late, Assignments assignments, OptimizerScalars scalars) {
        this.builder = builder;
        this.late = late;
        this.assignments = assignments;
        this.scalars = scalars;
    }

    /** Takes a matrix in, to be moved along a gradient after other nodes. */
    void take(ParameterUpdate update, Value value, Value gradient, List<String> after) {
        if (value.rank() != 2) {
            throw new IllegalArgumentException("update of " + update.variable() + ": Muon moves matrices, not "
                    + value.dims() + "; move it by AdamW");
        }
        Kind kind = new Kind(value.dims(), update.momentum().orElseThrow(), update.times());
        kinds.computeIfAbsent(kind, any -> new ArrayList<>()).add(new Moving(update, value, gradient, after));
    }

    /** The nodes that move what was taken in. */
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

    /** The first coefficient on a diagonal. */
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

    /** A call of a function whose results are all shaped like its first input. */
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

    /** The functions that are called. */
    List<FunctionDef> library() {
        return kinds.isEmpty() ? List.of() : MuonFunctions.all();
    }
}
