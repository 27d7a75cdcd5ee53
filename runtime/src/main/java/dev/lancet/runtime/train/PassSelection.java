package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * The passes for the graph of a training on this machine.
 *
 * @param passes the passes and the number of streams; those of float32 if the training leaves the arithmetic open
 * @param mixed the passes of bfloat16 if the training leaves the arithmetic open, otherwise empty
 * @param choice how the arithmetic was chosen, if the training left it open
 * @param place the device
 * @param workers the workers that share every batch
 */
public record PassSelection(
        Passes passes,
        Optional<Passes> mixed,
        Optional<DtypeChoice> choice,
        ResolvedDevice place,
        WorkerGroup workers) {

    /**
     * All passes that suit the training and the processor, except some; see {@link #here(Training, Set, ResolvedDevice)}.
     */
    public static PassSelection here(Training training, Set<Pass> without) {
        return here(training, without, ResolvedDevice.cpu());
    }

    /**
     * All passes that suit the training and a device, except some. A GPU processes the whole batch at once, so on a GPU
     * there are no streams and no transposes for a processor's cache. XLA does not compile there either, because it needs
     * more of CUDA than TensorFlow's own kernels.
     *
     * @throws IllegalArgumentException if a pass to leave out does not run anyway, or is one that the training asks
     *     for
     */
    public static PassSelection here(Training training, Set<Pass> without, ResolvedDevice device) {
        return here(training, without, device, WorkerGroup.alone());
    }

    /** The same for one of several workers, which share every batch. */
    public static PassSelection here(Training whole, Set<Pass> without, ResolvedDevice device, WorkerGroup workers) {
        Training training = whole.batch(BatchShard.of(workers).rows(whole.batch()));
        Arithmetic arithmetic = training.execution().arithmetic();
        if (arithmetic != Arithmetic.FASTEST) {
            Passes passes = in(arithmetic, training, device).without(without);
            return new PassSelection(passes, Optional.empty(), Optional.empty(), device, workers);
        }
        Passes mixed = in(Arithmetic.BFLOAT16, training, device);
        Passes plain = in(Arithmetic.FLOAT32, training, device);
        Set<Pass> common = without.stream()
                .filter(pass -> plain.does(pass) || !mixed.does(pass))
                .collect(Collectors.toUnmodifiableSet());
        return new PassSelection(
                plain.without(common), Optional.of(mixed.without(without)), Optional.empty(), device, workers);
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

    /** Whether the arithmetic is still open. */
    boolean undecided() {
        return mixed.isPresent();
    }

    /** The same selection with the chosen arithmetic. */
    PassSelection in(DtypeChoice chosen) {
        return new PassSelection(
                chosen.bfloat16() ? mixed.orElseThrow() : passes,
                Optional.empty(),
                Optional.of(chosen),
                place,
                workers);
    }

    /** The arithmetic of matrix products: {@code fp32}, {@code bf16} or {@code fp16}. */
    public String dtype() {
        return scaled() ? "fp16" : passes.does(Pass.MIXED_PRECISION) ? "bf16" : "fp32";
    }

    /** Whether the loss is scaled. */
    boolean scaled() {
        return passes.does(Pass.HALF_PRECISION);
    }

    /**
     * The engine for the graph of a training. If there are as many streams as processors, one thread for each is fastest,
     * because streams that share operator threads wait for each other. This is used only if sessions have their own
     * threads; otherwise all later sessions of the process would have one thread too.
     */
    Engine session(GraphDef graph) {
        return workers.open(graph, place, threadEach() ? 1 : 0);
    }

    private boolean threadEach() {
        return passes.streams() == Runtime.getRuntime().availableProcessors() && Engine.ownThreads();
    }

    /** Everything that decides the order of floating-point sums. */
    public String order() {
        return passes
                + (place.isGpu() ? " on a GPU" : "")
                + (threadEach() ? ", a thread each" : "")
                + (workers.bfloat16Gradients() ? ", gradients sent in bfloat16" : "");
    }

    /** The GPU and the arithmetic of the training, if it did not set them. */
    String remark() {
        return (place.isGpu() ? " on " + place : "")
                + (workers.size() > 1 ? " with " + workers.size() + " workers" : "")
                + choice.map(chosen -> " (" + chosen + ")").orElse("");
    }
}
