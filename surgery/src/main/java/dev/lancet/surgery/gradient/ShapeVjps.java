package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.tensorflow.proto.DataType;

/** Ops that rearrange or cast elements without other changes. */
final class ShapeVjps {

    static final Map<String, Vjp> VJPS = Map.of(
            "Identity", context -> context.give(0, context.gradient()),
            "Reshape", ShapeVjps::reshape,
            "ExpandDims", ShapeVjps::reshape,
            "Squeeze", ShapeVjps::reshape,
            "BroadcastTo",
                    context -> context.give(
                            0,
                            context.builder()
                                    .gathered(
                                            "0",
                                            context.gradient(),
                                            context.input(0).dims())),
            "Transpose", ShapeVjps::transpose,
            "Cast", ShapeVjps::cast);

    private ShapeVjps() {}

    private static void reshape(VjpContext context) {
        context.give(
                0,
                context.builder()
                        .reshape("0", context.gradient(), context.input(0).dims()));
    }

    private static void transpose(VjpContext context) {
        List<Long> order = context.graph().integers(context.input(1));
        List<Long> inverse = LongStream.range(0, order.size())
                .mapToObj(axis -> (long) order.indexOf(axis))
                .toList();
        context.give(0, context.builder().transpose("0", context.gradient(), inverse));
    }

    private static void cast(VjpContext context) {
        DataType type = context.input(0).type();
        context.give(0, context.builder().cast("0", context.gradient(), type));
    }
}
