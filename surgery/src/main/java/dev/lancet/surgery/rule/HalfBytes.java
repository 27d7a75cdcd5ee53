package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Attrs;
import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;

/** Draws the uses of a matrix of half a byte a weight, see {@link QuantizeWeight}. */
final class HalfBytes {

    private final StoredMatrix matrix;
    private final Node site;
    private final Sketch sketch = Sketch.graph();

    HalfBytes(StoredMatrix matrix, Node site) {
        this.matrix = matrix;
        this.site = site;
    }

    Incision matmul() {
        Codes stored = Codes.of(matrix, sketch);
        boolean transposed = site.flag("transpose_b");
        Value x = Sites.rowsInto(site, transposed ? matrix.columns() : matrix.rows());
        Value values = values(site.name() + ".values", stored.codes(), stored.scales(), matrix.rows(), x.node());
        new Ops(sketch).matmul(site.name(), x, false, values, transposed);
        return Incision.of(site, sketch);
    }

    Incision lookup() {
        Codes stored = Codes.of(matrix, sketch);
        Lookup lookup = new Lookup(site, sketch, matrix.columns());
        Value list = lookup.list();
        Value rows = lookup.gather(site.name() + ".rows", stored.codes(), list);
        Value scales = lookup.gather(site.name() + ".scales", stored.scales(), list);
        lookup.shaped(values(lookup.matrix(), rows, scales, list.dim(0), list.node()));
        return Incision.of(site, sketch);
    }

    private Value values(String name, Value codes, Value scales, long rows, String after) {
        Sketch.Function function = sketch.define(Unpacking.of(matrix));
        NameAttrList called = NameAttrList.newBuilder().setName(function.name()).build();
        return sketch.node(name, "PartitionedCall")
                .in(codes, scales)
                .after(after)
                .with("f", Attrs.of(called))
                .with("Tin", Attrs.types(List.of(codes.type(), scales.type())))
                .with("Tout", Attrs.types(List.of(DataType.DT_FLOAT)))
                .with("config", "")
                .with("config_proto", "")
                .with("executor_type", "")
                .gives(Form.of(DataType.DT_FLOAT, rows, matrix.columns()));
    }
}
