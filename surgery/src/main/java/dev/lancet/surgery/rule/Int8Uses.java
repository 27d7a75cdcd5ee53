package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;

/** Builds the uses of a matrix with 8 bits per weight, see {@link QuantizeWeight}. */
final class Int8Uses {

    private final StoredMatrix matrix;
    private final Node site;
    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);

    Int8Uses(StoredMatrix matrix, Node site) {
        this.matrix = matrix;
        this.site = site;
    }

    Incision matmul() {
        QuantizedVariables stored = QuantizedVariables.of(matrix, builder);
        boolean transposed = site.flag("transpose_b");
        boolean byRow = matrix.channels() == StoredMatrix.Channels.ROWS;
        Value x = MatrixUses.rowsInto(site, transposed ? matrix.columns() : matrix.rows());
        Value scales = byRow
                ? ops.reshape(name("scale"), stored.scales(), ops.ints(name("scale.shape"), 1, -1), List.of(1L, (long)
                        matrix.rows()))
                : stored.scales();
        Value values = values(stored.codes(), x.node());
        boolean channelIsOutput = byRow == transposed;
        if (channelIsOutput) {
            ops.mul(site.name(), ops.matmul(name("product"), x, false, values, transposed), scales);
        } else {
            ops.matmul(site.name(), ops.mul(name("scaled"), x, scales), false, values, transposed);
        }
        return Incision.of(site, builder);
    }

    Incision lookup() {
        QuantizedVariables stored = QuantizedVariables.of(matrix, builder);
        LookupFrame lookup = new LookupFrame(site, builder, matrix.columns());
        Value list = lookup.list();
        Value rows = lookup.gather(name("rows"), stored.codes(), list);
        Value scales = lookup.gather(name("scales"), stored.scales(), list);
        lookup.shaped(ops.mul(lookup.matrix(), values(rows, list.node()), scales));
        return Incision.of(site, builder);
    }

    private Value values(Value bytes, String after) {
        Value codes = builder.node(name("codes"), "Bitcast")
                .in(bytes)
                .with("T", DataType.DT_UINT8)
                .with("type", DataType.DT_INT8)
                .gives(bytes.form().as(DataType.DT_INT8));
        return builder.node(name("values"), "Cast")
                .in(codes)
                .after(after)
                .with("SrcT", DataType.DT_INT8)
                .with("DstT", DataType.DT_FLOAT)
                .with("Truncate", false)
                .gives(codes.form().as(DataType.DT_FLOAT));
    }

    private String name(String part) {
        return site.name() + "." + part;
    }
}
