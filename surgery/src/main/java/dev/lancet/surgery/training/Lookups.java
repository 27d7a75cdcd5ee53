package dev.lancet.surgery.training;

import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/** Rows of a table by their ids: the gradient of the table is dense, each row the sum over its uses. */
final class Lookups {

    static final Map<String, Vjp> ROOM = Map.of("GatherV2", Lookups::gather);

    private Lookups() {}

    private static void gather(Chain chain) {
        Tensor table = chain.input(0);
        Tensor ids = chain.input(1);
        boolean rows = chain.region().integers(chain.input(2)).get(0) == 0
                && chain.node()
                                .getAttrOrDefault("batch_dims", Attributes.integer(0))
                                .getI()
                        == 0;
        if (!rows) {
            throw Table.missing(chain.node(), "along an axis other than 0");
        }
        Tensor entries = chain.pen().integer("entries", table.dimension(0));
        chain.give(
                0,
                chain.pen()
                        .put(
                                "0",
                                "UnsortedSegmentSum",
                                List.of(chain.gradient(), ids, entries),
                                Map.of(
                                        "T",
                                        Attributes.type(table.type()),
                                        "Tindices",
                                        Attributes.type(ids.type()),
                                        "Tnumsegments",
                                        Attributes.type(DataType.DT_INT32))));
    }
}
