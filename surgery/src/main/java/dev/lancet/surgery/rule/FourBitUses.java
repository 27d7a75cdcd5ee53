package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;

/** Builds the uses of a matrix with 4 bits per weight, see {@link QuantizeWeight}. */
final class FourBitUses {

    private final StoredMatrix matrix;
    private final Node site;
    private final GraphBuilder builder = GraphBuilder.graph();

    FourBitUses(StoredMatrix matrix, Node site) {
        this.matrix = matrix;
        this.site = site;
    }

    Incision matmul() {
        QuantizedVariables stored = QuantizedVariables.of(matrix, builder);
        boolean transposed = site.flag("transpose_b");
        Value x = MatrixUses.rowsInto(site, transposed ? matrix.columns() : matrix.rows());
        Value values = values(site.name() + ".values", stored, matrix.rows(), x.node());
        new Ops(builder).matmul(site.name(), x, false, values, transposed);
        return Incision.of(site, builder);
    }

    Incision lookup() {
        QuantizedVariables stored = QuantizedVariables.of(matrix, builder);
        LookupFrame lookup = new LookupFrame(site, builder, matrix.columns());
        Value list = lookup.list();
        QuantizedVariables rows = new QuantizedVariables(
                lookup.gather(site.name() + ".rows", stored.codes(), list),
                lookup.gather(site.name() + ".scales", stored.scales(), list),
                stored.shared(),
                stored.zeros().stream()
                        .map(zeros -> lookup.gather(site.name() + ".zeros", zeros, list))
                        .toList());
        lookup.shaped(values(lookup.matrix(), rows, list.dim(0), list.node()));
        return Incision.of(site, builder);
    }

    private Value values(String name, QuantizedVariables stored, long rows, String after) {
        GraphBuilder.Function function = builder.define(Unpacking.of(matrix));
        NameAttrList called = NameAttrList.newBuilder().setName(function.name()).build();
        return builder.node(name, "PartitionedCall")
                .in(stored.all())
                .after(after)
                .with("f", Attributes.of(called))
                .with(
                        "Tin",
                        Attributes.types(stored.all().stream().map(Value::type).toList()))
                .with("Tout", Attributes.types(List.of(DataType.DT_FLOAT)))
                .with("config", "")
                .with("config_proto", "")
                .with("executor_type", "")
                .gives(TensorType.of(DataType.DT_FLOAT, rows, matrix.columns()));
    }
}
