package dev.lancet.runtime.bench;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.surgery.Blueprint;
import java.util.Set;

/**
 * The program that {@link TuningBench} starts for each side. It trains a few steps, or nothing, and prints the peak of its
 * resident memory on its last line: {@code peak BYTES}.
 */
public final class TuningChild {

    private static final int STEPS = 4;

    private TuningChild() {}

    /** Runs one side. The arguments are those of {@link TuningBench.Side#arguments}. */
    public static void main(String... arguments) {
        TuningBench.Side side = TuningBench.Side.parse(arguments);
        if (side.trains()) {
            train(side);
        } else {
            // TensorFlow with a session that holds nothing.
            Engine.literal(Blueprint.scoring(Preset.llama("empty", 1, 8, 1, 8, 8)))
                    .close();
        }
        System.out.println("peak "
                + ResidentMemory.here()
                        .orElseThrow(MemoryBench::cannotBeMeasured)
                        .peak());
    }

    private static void train(TuningBench.Side side) {
        Preset preset = side.preset();
        Plan plan = side.plan();
        Training training = side.training(STEPS);
        Weights fresh = RandomQuantizedWeights.of(plan)
                .with(new FreshWeights(preset.transformer(), BenchmarkCase.SEED).under(plan));
        int tokens = preset.batch() * preset.transformer().context();
        int[] ids = RandomIds.of(preset.transformer().vocabulary(), 4 * tokens + 1, BenchmarkCase.SEED);
        Trainer.of(
                        preset.transformer(),
                        plan,
                        training,
                        PassSelection.here(training, Set.of(), Device.cpu().resolve()))
                .progress(Progress.silent())
                .rehearse(fresh, TokenIds.of(ids));
    }
}
