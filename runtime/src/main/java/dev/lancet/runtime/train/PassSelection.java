package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * Which passes the graph of a training gets on this machine.
 *
 * @param passes by name, and into how many streams the batch is cut; those of float32 where the training leaves that open
 * @param mixed those of bfloat16 where the training leaves it open, else empty
 * @param choice how it was chosen, where the training left it open
 * @param place where it computes
 */
public record PassSelection(Passes passes, Optional<Passes> mixed, Optional<DtypeChoice> choice, ResolvedDevice place) {

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
        if (arithmetic != Arithmetic.FASTEST) {
            Passes passes = in(arithmetic, training, device).without(without);
            return new PassSelection(passes, Optional.empty(), Optional.empty(), device);
        }
        Passes mixed = in(Arithmetic.BFLOAT16, training, device);
        Passes plain = in(Arithmetic.FLOAT32, training, device);
        Set<Pass> common = without.stream()
                .filter(pass -> plain.does(pass) || !mixed.does(pass))
                .collect(Collectors.toUnmodifiableSet());
        return new PassSelection(plain.without(common), Optional.of(mixed.without(without)), Optional.empty(), device);
    }

    private static Passes in(Arithmetic arithmetic, Training training, ResolvedDevice device) {
        boolean half = arithmetic == Arithmetic.FLOAT16;
        boolean whole = training.execution().wholeStep();
        Set<Pass> left = device.isGpu() || whole ? Set.of(Pass.STREAMS, Pass.MATRIX_LAYOUT, Pass.COMPILED) : Set.of();
        int processors = Runtime.getRuntime().availableProcessors();
        Passes passes = Passes.of(training.batch(), processors, arithmetic != Arithmetic.FLOAT32, left);
        passes = half ? passes.float16() : passes;
        passes = training.execution().checkpointing() ? passes.and(Pass.ACTIVATION_CHECKPOINTING) : passes;
        return whole ? passes.and(Pass.WHOLE_STEP) : passes;
    }

    /** Whether it is still open in which numbers products are. */
    boolean undecided() {
        return mixed.isPresent();
    }

    /** These passes, with products in the numbers that were chosen. */
    PassSelection in(DtypeChoice chosen) {
        return new PassSelection(
                chosen.bfloat16() ? mixed.orElseThrow() : passes, Optional.empty(), Optional.of(chosen), place);
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

    /** On which card and in which numbers it trains, where that was not said. */
    String remark() {
        return (place.isGpu() ? " on " + place : "")
                + choice.map(chosen -> " (" + chosen + ")").orElse("");
    }
}
