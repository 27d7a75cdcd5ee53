package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.DataType;

/**
 * Draws the uses of a matrix of 16-bit floats, see {@link QuantizeWeight}. The few numbers that enter and leave the product are
 * cast, never the matrix {@code [m, n]}; so nothing has to wait for anything.
 */
final class Bfloat16 {

    private static final DataType NARROW = DataType.DT_BFLOAT16;
    private static final DataType WIDE = DataType.DT_FLOAT;

    private final Node site;
    private final Sketch sketch = Sketch.graph();
    private final Ops ops = new Ops(sketch);
    private final Value matrix;
    private final StoredMatrix piece;

    Bfloat16(StoredMatrix matrix, Node site) {
        this.piece = matrix;
        this.site = site;
        this.matrix = Codes.variable(sketch, matrix.arrays().get(0), NARROW);
    }

    Incision matmul() {
        boolean transposed = site.flag("transpose_b");
        Value x = Sites.rowsInto(site, transposed ? piece.columns() : piece.rows());
        Value in = ops.cast(site.name() + ".in", x, NARROW);
        Value product = ops.matmul(site.name() + ".product", in, false, matrix, transposed);
        ops.cast(site.name(), product, WIDE);
        return Incision.of(site, sketch);
    }

    Incision lookup() {
        DataType type = site.attribute("Tindices").isPresent() ? site.type("Tindices") : DataType.DT_INT32;
        Value ids = Sites.input(site, 1, Form.of(type, -1));
        Value axis = Sites.input(site, 2, Form.of(DataType.DT_INT32));
        ops.cast(site.name(), ops.gather(site.name() + ".rows", matrix, ids, axis, 0), WIDE);
        return Incision.of(site, sketch);
    }
}
