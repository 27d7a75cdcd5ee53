package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.OptionalInt;

/**
 * Looks up rows of tables. A quantized table is used as it is: {@code GatherBlockQuantized} unpacks only the rows that are
 * asked for; in standard operators, {@code Gather} takes their codes and scales.
 */
final class EmbeddingLookup {

    private final OnnxGraph graph;
    private final MatrixInitializers arrays;
    private final boolean portable;

    EmbeddingLookup(OnnxGraph graph, MatrixInitializers arrays, boolean portable) {
        this.graph = graph;
        this.arrays = arrays;
        this.portable = portable;
    }

    /** The rows of a table for ids {@code [batch, seq]}: {@code [batch, seq, width]}. */
    String rows(Step table, String ids) {
        String name = table.weight().name();
        List<StoredMatrix> pieces = table.baseMatrices();
        if (pieces.size() == 1) {
            return rows(name + ".rows", ids, pieces.get(0));
        }
        // As floats: a tied head multiplies with its transpose, for which its codes cannot be used.
        String narrow = rows(name + ".left.rows", ids, pieces.get(0));
        return graph.node("MatMul", name + ".rows")
                .in(narrow, arrays.floats(pieces.get(1)))
                .out();
    }

    private String rows(String name, String ids, StoredMatrix table) {
        if (portable && QuantizedBlocks.fits(table.precision())) {
            return table.precision().format() == Precision.Format.INT8
                    ? bytes(name, ids, table)
                    : halfBytes(name, ids, table);
        }
        OptionalInt block = QuantizedBlocks.size(table, true);
        if (block.isEmpty()) {
            return graph.node("Gather", name).in(arrays.floats(table), ids).out();
        }
        QuantizedBlocks layout = QuantizedBlocks.of(table, block.getAsInt());
        // The same bytes as those of a tied head, which has a dimension more.
        String codes = graph.view(
                arrays.blocks(table, layout),
                table.name() + ".table",
                ElementType.UINT8,
                List.of((long) table.rows(), (long) layout.blocks() * layout.blockBytes()));
        return graph.contrib("GatherBlockQuantized", name)
                .in(codes, ids, arrays.scales(table, layout))
                .with("bits", table.precision().bits())
                .with("block_size", block.getAsInt())
                .with("gather_axis", 0)
                .with("quantize_axis", 1)
                .out();
    }

    private String bytes(String name, String ids, StoredMatrix table) {
        String codes = graph.node("Gather", name + ".codes")
                .in(arrays.codes(table), ids)
                .out();
        String scales = graph.node("Gather", name + ".scales")
                .in(arrays.scales(table), ids)
                .out();
        String each = graph.node("Unsqueeze", name + ".scales.each")
                .in(scales, graph.ints("axis.last", -1))
                .out();
        return graph.node("Mul", name)
                .in(cast(name + ".values", codes, ElementType.FLOAT), each)
                .out();
    }

    /** Gather takes no half bytes, so it takes bytes, and arithmetic takes these apart. */
    private String halfBytes(String name, String ids, StoredMatrix table) {
        int width = table.columns();
        if (width % 2 == 1 || width % table.precision().group() != 0) {
            return graph.node("Gather", name).in(arrays.floats(table), ids).out();
        }
        String packed = graph.view(
                arrays.codes(table),
                table.name() + ".table",
                ElementType.UINT8,
                List.of((long) table.rows(), width / 2L));
        String bytes = cast(
                name + ".bytes",
                graph.node("Gather", name + ".packed").in(packed, ids).out(),
                ElementType.INT32);
        String wide = cast(name + ".sixteen", graph.ints("table.sixteen", 16), ElementType.INT32);
        String upper = graph.node("Div", name + ".upper").in(bytes, wide).out();
        String lower = graph.node("Mod", name + ".lower").in(bytes, wide).out();
        String axis = "axis.last";
        String pairs = graph.node("Concat", name + ".pairs")
                .in(
                        graph.node("Unsqueeze", name + ".lower.each")
                                .in(lower, graph.ints(axis, -1))
                                .out(),
                        graph.node("Unsqueeze", name + ".upper.each")
                                .in(upper, graph.ints(axis, -1))
                                .out())
                .with("axis", -1)
                .out();
        String values = cast(name + ".unsigned", pairs, ElementType.FLOAT);
        // Codes from 8 to 15 are negative.
        String negative = graph.node("GreaterOrEqual", name + ".negative")
                .in(values, graph.scalar("table.eight", 8f))
                .out();
        String signed = graph.node("Sub", name + ".signed")
                .in(
                        values,
                        graph.node("Mul", name + ".offset")
                                .in(
                                        cast(name + ".negatives", negative, ElementType.FLOAT),
                                        graph.scalar("table.range", 16f))
                                .out())
                .out();
        long groups = width / table.precision().group();
        String grouped = graph.node("Reshape", name + ".grouped")
                .in(
                        signed,
                        graph.ints(
                                name + ".groups",
                                0,
                                0,
                                groups,
                                table.precision().group()))
                .out();
        String scales = graph.node("Gather", name + ".scales")
                .in(arrays.scales(table), ids)
                .out();
        String each = graph.node("Unsqueeze", name + ".scales.each")
                .in(scales, graph.ints(axis, -1))
                .out();
        String scaled = graph.node("Mul", name + ".scaled").in(grouped, each).out();
        return graph.node("Reshape", name)
                .in(scaled, graph.ints(name + ".width", 0, 0, width))
                .out();
    }

    private String cast(String name, String value, ElementType type) {
        return graph.node("Cast", name).in(value).with("to", type.number()).out();
    }
}
