package dev.lancet.surgery.training;

import java.util.List;
import java.util.Map;

/** Sums and means over axes: the gradient is spread over what was summed. */
final class Reductions {

    static final Map<String, Vjp> ROOM =
            Map.of("Sum", chain -> spread(chain, chain.gradient()), "Mean", Reductions::mean);

    private Reductions() {}

    private static void mean(Chain chain) {
        double share = (double) chain.output(0).elements() / chain.input(0).elements();
        // Before it is spread: there is less of it then.
        spread(chain, chain.pen().times("share", chain.gradient(), share));
    }

    private static void spread(Chain chain, Tensor gradient) {
        Tensor input = chain.input(0);
        List<Long> axes = chain.region().integers(chain.input(1));
        Tensor kept = chain.pen().reshape("kept", gradient, Shapes.reduced(input, axes, true));
        chain.give(0, chain.pen().spread("0", kept, input.shape()));
    }
}
