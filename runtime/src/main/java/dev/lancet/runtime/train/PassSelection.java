package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Bfloat16Benchmark;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.GraphDef;

/**
 * Which passes the graph of a training gets on this machine.
 *
 * @param passes by name, and into how many streams the batch is cut
 * @param bfloat16 how fast the machine is at it, measured if the training asks for it
 * @param place where it computes
 */
public record PassSelection(Passes passes, Optional<Bfloat16Benchmark> bfloat16, ResolvedDevice place) {

    /** All passes that suit the training and the processor, without some, see {@link #here(Training, Set, ResolvedDevice)}. */
    public static PassSelection here(Training training, Set<Pass> without) {
        return here(training, without, ResolvedDevice.cpu());
    }

    /**
     * All passes that suit the training and a device, without some. A GPU works on the whole batch at once, so it is not cut
     * into streams, nothing is transposed for a processor's cache, and nothing is compiled by XLA, which needs more of CUDA there than
     * TensorFlow's own kernels do.
     *
     * @throws IllegalArgumentException if a pass that is to be left out is not done anyway, or is what the training asks for
     */
    public static PassSelection here(Training training, Set<Pass> without, ResolvedDevice device) {
        Arithmetic arithmetic = training.execution().arithmetic();
        boolean half = arithmetic == Arithmetic.FLOAT16;
        Optional<Bfloat16Benchmark> measured =
                arithmetic == Arithmetic.FLOAT32 || half ? Optional.empty() : Optional.of(Bfloat16Benchmark.on(device));
        boolean mixed = arithmetic == Arithmetic.BFLOAT16
                || half
                || measured.filter(Bfloat16Benchmark::worth).isPresent();
        boolean whole = training.execution().wholeStep();
        Set<Pass> left = device.isGpu() || whole ? Set.of(Pass.STREAMS, Pass.MATRIX_LAYOUT, Pass.COMPILED) : Set.of();
        int processors = Runtime.getRuntime().availableProcessors();
        Passes passes = Passes.of(training.batch(), processors, mixed, left);
        passes = half ? passes.float16() : passes;
        passes = training.execution().checkpointing() ? passes.and(Pass.RECOMPUTATION) : passes;
        passes = whole ? passes.and(Pass.WHOLE_STEP) : passes;
        return new PassSelection(passes.without(without), measured, device);
    }

    /** In which numbers products are: {@code fp32}, {@code bf16} or {@code fp16}. */
    public String dtype() {
        return scaled() ? "fp16" : passes.does(Pass.MIXED_PRECISION) ? "bf16" : "fp32";
    }

    /** Whether the loss is scaled. */
    boolean scaled() {
        return passes.does(Pass.HALF_PRECISION);
    }

    /**
     * A session for the graph of a training. Streams that are as many as the processors do best with a thread each: two that
     * share their operators wait for each other. Only where sessions have threads of their own, for otherwise whatever comes
     * later in the process would have one thread too.
     */
    Engine session(GraphDef graph) {
        return Engine.literal(graph, place, threadEach() ? 1 : 0);
    }

    private boolean threadEach() {
        return passes.streams() == Runtime.getRuntime().availableProcessors() && Engine.ownThreads();
    }

    /** All that decides in which order numbers are added. */
    public String order() {
        return passes + (place.isGpu() ? " on a GPU" : "") + (threadEach() ? ", a thread each" : "");
    }

    /** In which numbers it trains, and what was measured; nothing for a training that leaves no choice. */
    String remark() {
        return (place.isGpu() ? " on " + place : "")
                + bfloat16.map(measured -> " in " + (passes.does(Pass.MIXED_PRECISION) ? "bfloat16" : "float32") + " ("
                                + measured + ")")
                        .orElse("");
    }
}
