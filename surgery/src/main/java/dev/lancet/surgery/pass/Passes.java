package dev.lancet.surgery.pass;

import dev.lancet.surgery.gradient.LossScale;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * The passes for one training graph, at the three places where they run.
 *
 * <pre>
 * blueprint of batch / streams -&gt; surgery -&gt; {@link #forward} -&gt; Backward -&gt; {@link #gradients} -&gt; Updates -&gt; {@link #finished}
 * </pre>
 *
 * @param chosen the passes that run
 * @param streams the number of streams that the batch is split into; 1 without {@link Pass#STREAMS}
 */
public record Passes(Set<Pass> chosen, int streams) {

    /** These passes prepare functions for XLA; without it they would make them slower. */
    private static final Set<Pass> FOR_XLA = Set.of(Pass.SINGLE_RESULTS, Pass.SHORT_SUMS);

    public Passes {
        chosen = Set.copyOf(chosen);
        if (chosen.containsAll(Set.of(Pass.MIXED_PRECISION, Pass.HALF_PRECISION))) {
            throw new IllegalArgumentException(
                    "passes: mixed-precision and half-precision exclude each other; choose bfloat16 or float16");
        }
        if (streams < 1 || (streams > 1 && !chosen.contains(Pass.STREAMS))) {
            throw new IllegalArgumentException(
                    "streams: " + streams + "; more than one needs the pass " + Pass.STREAMS.text());
        }
    }

    /**
     * All passes that make a step fast, in float32 or, if {@code mixed}, in mixed precision.
     *
     * @param batch sequences per step; split into as many equal streams as there are processors, or fewer if it does
     *     not divide
     * @param processors the number of processors
     * @param mixed whether products are in bfloat16
     * @param without the passes to leave out
     */
    public static Passes of(int batch, int processors, boolean mixed, Set<Pass> without) {
        EnumSet<Pass> chosen = EnumSet.allOf(Pass.class);
        chosen.removeAll(Set.of(Pass.HALF_PRECISION, Pass.ACTIVATION_CHECKPOINTING, Pass.WHOLE_STEP));
        if (!mixed) {
            chosen.removeAll(Set.of(Pass.MIXED_PRECISION, Pass.WIDE_SUMS));
        }
        chosen.removeAll(without);
        if (!chosen.contains(Pass.COMPILED)) {
            chosen.removeAll(FOR_XLA);
        }
        return new Passes(chosen, chosen.contains(Pass.STREAMS) ? Streams.fitting(batch, processors) : 1);
    }

    /** The same passes with products in float16 instead of bfloat16. */
    public Passes float16() {
        Set<Pass> other = new HashSet<>(chosen);
        other.remove(Pass.MIXED_PRECISION);
        other.add(Pass.HALF_PRECISION);
        return new Passes(other, streams);
    }

    /**
     * The same passes and one more. If blocks are recomputed, or the whole step is compiled, no other pass recomputes; if
     * the whole step is compiled, no pass changes matrix layouts either.
     */
    public Passes and(Pass pass) {
        Set<Pass> more = new HashSet<>(chosen);
        more.add(pass);
        if (pass == Pass.ACTIVATION_CHECKPOINTING || pass == Pass.WHOLE_STEP) {
            more.remove(Pass.CHEAP_RECOMPUTATION);
        }
        if (pass == Pass.WHOLE_STEP) {
            more.remove(Pass.MATRIX_LAYOUT);
        }
        return new Passes(more, streams);
    }

    /**
     * The same passes without some.
     *
     * @throws IllegalArgumentException if one of them does not run anyway, or runs only because the training asks for
     *     it
     */
    public Passes without(Set<Pass> some) {
        for (Pass pass : new TreeSet<>(some)) {
            if (!does(pass)) {
                throw new IllegalArgumentException(
                        "pass: " + pass.text() + "; it does not run here anyway; the passes are " + this);
            }
            if (pass.onRequest()) {
                throw new IllegalArgumentException("pass: " + pass.text()
                        + "; it runs only because the training asks for it, so do not ask for it");
            }
        }
        Set<Pass> fewer = new HashSet<>(chosen);
        fewer.removeAll(some);
        if (some.contains(Pass.COMPILED)) {
            fewer.removeAll(FOR_XLA);
        }
        return new Passes(fewer, fewer.contains(Pass.STREAMS) ? streams : 1);
    }

    /** Applies the passes for the forward graph of one stream's batch. */
    public GraphDef forward(GraphDef graph) {
        GraphDef result = does(Pass.MIXED_PRECISION) ? MixedPrecision.bfloat16(graph) : graph;
        result = does(Pass.HALF_PRECISION) ? MixedPrecision.float16(result) : result;
        if (does(Pass.CAUSAL_TILES)) {
            result = Rewriting.with(result, new CausalTiles());
        }
        result = Streams.of(result, streams);
        return does(Pass.HALF_PRECISION) ? LossScale.on(result) : result;
    }

    /** The name of the node to differentiate in the result of {@link #forward}. */
    public String loss() {
        return does(Pass.HALF_PRECISION) ? LossScale.SCALED : "loss";
    }

    /**
     * Applies the passes for a graph with gradients.
     *
     * @param forward the graph before differentiation
     * @param derived the same graph with its gradients
     */
    public GraphDef gradients(GraphDef forward, GraphDef derived) {
        GradientGraph result = GradientGraph.of(forward, derived);
        if (does(Pass.SOFTMAX_GRADIENT)) {
            result = result.rewritten(new SoftmaxGradient());
        }
        if (does(Pass.FUSED_CROSS_ENTROPY)) {
            result = result.rewritten(FusedCrossEntropy.rules(does(Pass.WHOLE_STEP)));
        }
        if (does(Pass.WIDE_SUMS)) {
            result = result.rewritten(new WideSums());
        }
        if (does(Pass.BACKWARD_DEQUANTIZATION)) {
            result = BackwardDequantization.of(result);
        }
        if (does(Pass.CHEAP_RECOMPUTATION)) {
            result = CheapRecomputation.of(result);
        }
        if (does(Pass.ACTIVATION_CHECKPOINTING)) {
            result = ActivationCheckpointing.of(result);
        }
        if (does(Pass.MATRIX_LAYOUT)) {
            result = result.rewritten(new MatrixLayout());
        }
        return does(Pass.WHOLE_STEP) ? WholeStep.of(result.graph()) : result.graph();
    }

    /** Applies the passes for a complete training graph. */
    public GraphDef finished(GraphDef graph) {
        GraphDef result = does(Pass.SINGLE_RESULTS) ? SingleResults.of(graph) : graph;
        result = does(Pass.SHORT_SUMS) ? ShortSums.of(result) : result;
        return does(Pass.COMPILED) ? XlaCompilation.calls(result) : result;
    }

    /** Whether a pass runs. */
    public boolean does(Pass pass) {
        return chosen.contains(pass);
    }

    /** The names of the passes and the number of streams: everything that decides the order of floating-point sums. */
    @Override
    public String toString() {
        return new TreeSet<>(chosen)
                .stream()
                        .map(pass -> pass == Pass.STREAMS ? pass.text() + "=" + streams : pass.text())
                        .collect(Collectors.joining(","));
    }
}
