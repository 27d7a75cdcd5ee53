package dev.lancet.surgery.training;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.tensorflow.proto.DataType;

/** Ops that move numbers and leave them as they are. */
final class Shaping {

    static final Map<String, Vjp> ROOM = Map.of(
            "Identity", chain -> chain.give(0, chain.gradient()),
            "Reshape", Shaping::reshape,
            "ExpandDims", Shaping::reshape,
            "Squeeze", Shaping::reshape,
            "BroadcastTo",
                    chain -> chain.give(
                            0,
                            chain.pen()
                                    .gathered(
                                            "0",
                                            chain.gradient(),
                                            chain.input(0).shape())),
            "Transpose", Shaping::transpose,
            "Cast", Shaping::cast);

    private Shaping() {}

    private static void reshape(Chain chain) {
        chain.give(0, chain.pen().reshape("0", chain.gradient(), chain.input(0).shape()));
    }

    private static void transpose(Chain chain) {
        List<Long> order = chain.region().integers(chain.input(1));
        List<Long> inverse = LongStream.range(0, order.size())
                .mapToObj(axis -> (long) order.indexOf(axis))
                .toList();
        chain.give(0, chain.pen().transpose("0", chain.gradient(), inverse));
    }

    private static void cast(Chain chain) {
        DataType type = chain.input(0).type();
        chain.give(0, chain.pen().cast("0", chain.gradient(), type));
    }
}
