package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.DataType;

/**
 * Builds the uses of a matrix of 16-bit floats, see {@link QuantizeWeight}. Only the small tensors that enter and leave
 * the product are cast, never the matrix {@code [m, n]}, so no control dependency is needed.
 */
final class Bfloat16Uses {

    private static final DataType NARROW = DataType.DT_BFLOAT16;
    private static final DataType WIDE = DataType.DT_FLOAT;

    private final Node site;
    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);
    private final Value matrix;
    private final StoredMatrix piece;

    Bfloat16Uses(StoredMatrix matrix, Node site) {
        this.piece = matrix;
        this.site = site;
        this.matrix = QuantizedVariables.variable(builder, matrix.arrays().get(0), NARROW);
    }

    Incision matmul() {
        boolean transposed = site.flag("transpose_b");
        Value x = MatrixUses.rowsInto(site, transposed ? piece.columns() : piece.rows());
        Value in = ops.cast(site.name() + ".in", x, NARROW);
        Value product = ops.matmul(site.name() + ".product", in, false, matrix, transposed);
        ops.cast(site.name(), product, WIDE);
        return Incision.of(site, builder);
    }

    Incision lookup() {
        DataType type = site.attribute("Tindices").isPresent() ? site.type("Tindices") : DataType.DT_INT32;
        Value ids = MatrixUses.input(site, 1, TensorType.of(type, -1));
        Value axis = MatrixUses.input(site, 2, TensorType.of(DataType.DT_INT32));
        ops.cast(site.name(), ops.gather(site.name() + ".rows", matrix, ids, axis, 0), WIDE);
        return Incision.of(site, builder);
    }
}
