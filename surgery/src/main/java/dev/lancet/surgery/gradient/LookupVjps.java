package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/** Row lookups. The gradient of the table is dense: each row is the sum over the uses of that row. */
final class LookupVjps {

    static final Map<String, Vjp> VJPS = Map.of("GatherV2", LookupVjps::gather);

    private LookupVjps() {}

    private static void gather(VjpContext context) {
        Value table = context.input(0);
        Value ids = context.input(1);
        boolean rows = context.graph().integers(context.input(2)).get(0) == 0
                && context.node()
                                .getAttrOrDefault("batch_dims", Attributes.of(0))
                                .getI()
                        == 0;
        if (!rows) {
            throw VjpRegistry.missing(context.node(), "along an axis other than 0");
        }
        Value entries = context.builder().integer("entries", table.dim(0));
        context.give(
                0,
                context.builder()
                        .put(
                                "0",
                                "UnsortedSegmentSum",
                                List.of(context.gradient(), ids, entries),
                                Map.of(
                                        "T",
                                        Attributes.of(table.type()),
                                        "Tindices",
                                        Attributes.of(ids.type()),
                                        "Tnumsegments",
                                        Attributes.of(DataType.DT_INT32))));
    }
}
