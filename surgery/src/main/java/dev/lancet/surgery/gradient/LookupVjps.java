package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/** Rows of a table by their ids: the gradient of the table is dense, each row the sum over its uses. */
final class LookupVjps {

    static final Map<String, Vjp> VJPS = Map.of("GatherV2", LookupVjps::gather);

    private LookupVjps() {}

    private static void gather(VjpContext context) {
        Tensor table = context.input(0);
        Tensor ids = context.input(1);
        boolean rows = context.graph().integers(context.input(2)).get(0) == 0
                && context.node()
                                .getAttrOrDefault("batch_dims", Attributes.integer(0))
                                .getI()
                        == 0;
        if (!rows) {
            throw VjpRegistry.missing(context.node(), "along an axis other than 0");
        }
        Tensor entries = context.builder().integer("entries", table.dimension(0));
        context.give(
                0,
                context.builder()
                        .put(
                                "0",
                                "UnsortedSegmentSum",
                                List.of(context.gradient(), ids, entries),
                                Map.of(
                                        "T",
                                        Attributes.type(table.type()),
                                        "Tindices",
                                        Attributes.type(ids.type()),
                                        "Tnumsegments",
                                        Attributes.type(DataType.DT_INT32))));
    }
}
