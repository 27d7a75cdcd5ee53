package dev.lancet.surgery.pass;

import dev.lancet.surgery.gradient.LossScale;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * The passes of one training graph, at the three places where they belong.
 *
 * <pre>
 * blueprint of batch / streams -&gt; surgery -&gt; {@link #forward} -&gt; Backward -&gt; {@link #gradients} -&gt; Updates -&gt; {@link #finished}
 * </pre>
 *
 * @param chosen which are done
 * @param streams into how many streams the batch is cut; 1 without {@link Pass#STREAMS}
 */
public record Passes(Set<Pass> chosen, int streams) {

    /** Which make functions as XLA is fast at them; on their own they would cost time. */
    private static final Set<Pass> FOR_XLA = Set.of(Pass.SINGLE_RESULTS, Pass.SHORT_SUMS);

    public Passes {
        chosen = Set.copyOf(chosen);
        if (chosen.containsAll(Set.of(Pass.MIXED_PRECISION, Pass.HALF_PRECISION))) {
            throw new IllegalArgumentException(
                    "passes: mixed-precision and half-precision; products are in bfloat16 or in float16");
        }
        if (streams < 1 || (streams > 1 && !chosen.contains(Pass.STREAMS))) {
            throw new IllegalArgumentException("streams: " + streams + "; they need " + Pass.STREAMS.text());
        }
    }

    /**
     * All passes that make a step fast, in float32 or, if {@code mixed}, in mixed precision.
     *
     * @param batch sequences a step; it is cut into as many equal streams as there are processors, or fewer if it must be
     * @param processors that work on it
     * @param mixed whether products are in bfloat16
     * @param without passes that are left out
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
     * The same passes, and one more. Where blocks are computed again, or all is compiled as one, nothing else is computed again;
     * where all is, nothing is laid otherwise either.
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
     * @throws IllegalArgumentException if one of them is not done anyway, or is done only because the training asks for it
     */
    public Passes without(Set<Pass> some) {
        for (Pass pass : new TreeSet<>(some)) {
            if (!does(pass)) {
                throw new IllegalArgumentException(
                        "pass: " + pass.text() + "; it is not done here anyway, where there are only " + this);
            }
            if (pass.onRequest()) {
                throw new IllegalArgumentException("pass: " + pass.text()
                        + "; it is done only because it is asked for, so do not ask for it instead of leaving it out");
            }
        }
        Set<Pass> fewer = new HashSet<>(chosen);
        fewer.removeAll(some);
        if (some.contains(Pass.COMPILED)) {
            fewer.removeAll(FOR_XLA);
        }
        return new Passes(fewer, fewer.contains(Pass.STREAMS) ? streams : 1);
    }

    /** What is done to a forward graph of the batch of one stream. */
    public GraphDef forward(GraphDef graph) {
        GraphDef result = does(Pass.MIXED_PRECISION) ? MixedPrecision.bfloat16(graph) : graph;
        result = does(Pass.HALF_PRECISION) ? MixedPrecision.float16(result) : result;
        if (does(Pass.CAUSAL_TILES)) {
            result = Rewriting.with(result, new CausalTiles());
        }
        result = Streams.of(result, streams);
        return does(Pass.HALF_PRECISION) ? LossScale.on(result) : result;
    }

    /** The name of what is to be differentiated of the graph that {@link #forward} gives. */
    public String loss() {
        return does(Pass.HALF_PRECISION) ? LossScale.SCALED : "loss";
    }

    /**
     * What is done to a graph that has its gradients.
     *
     * @param forward the graph that was differentiated
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

    /** What is done to a graph that has everything. */
    public GraphDef finished(GraphDef graph) {
        GraphDef result = does(Pass.SINGLE_RESULTS) ? SingleResults.of(graph) : graph;
        result = does(Pass.SHORT_SUMS) ? ShortSums.of(result) : result;
        return does(Pass.COMPILED) ? XlaCompilation.calls(result) : result;
    }

    /** Whether a pass is done. */
    public boolean does(Pass pass) {
        return chosen.contains(pass);
    }

    /** The passes by name, with the number of streams: all that decides in which order numbers are added. */
    @Override
    public String toString() {
        return new TreeSet<>(chosen)
                .stream()
                        .map(pass -> pass == Pass.STREAMS ? pass.text() + "=" + streams : pass.text())
                        .collect(Collectors.joining(","));
    }
}
