package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Shapes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;

/** Sums and means over axes: the gradient is broadcast over the reduced axes. */
final class ReductionVjps {

    static final Map<String, Vjp> VJPS =
            Map.of("Sum", context -> spread(context, context.gradient()), "Mean", ReductionVjps::mean);

    private ReductionVjps() {}

    private static void mean(VjpContext context) {
        double share = (double) context.output(0).elements() / context.input(0).elements();
        // Scaled before it is broadcast, while it is small.
        spread(context, context.builder().times("share", context.gradient(), share));
    }

    private static void spread(VjpContext context, Value gradient) {
        Value input = context.input(0);
        List<Long> axes = context.graph().integers(context.input(1));
        Value kept = context.builder().reshape("kept", gradient, Shapes.reduced(input.dims(), axes, true));
        context.give(0, context.builder().spread("0", kept, input.dims()));
    }
}
