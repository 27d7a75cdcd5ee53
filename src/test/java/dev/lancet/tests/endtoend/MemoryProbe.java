package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A training in a process of its own that says what it holds: {@code FOLDER STEPS LEAK}. A line for each hundredth of the
 * steps: the step, JavaCPP's bytes, those of the process by JavaCPP, by the system. LEAK is how many numbers it loses a step.
 */
final class MemoryProbe {

    private MemoryProbe() {}

    public static void main(String[] args) {
        int steps = Integer.parseInt(args[1]);
        int leak = Integer.parseInt(args[2]);
        Training training =
                adamW(steps, 1e-3).batch(32).sequence(32).validateEvery(20).accumulate(2);
        Plan plan = Plan.dense(TinyModel.llama());
        Fingerprint print = new Fingerprint(Map.of("training", training.toString()));
        try (TrainingFolder folder =
                CheckpointPolicy.in(Path.of(args[0])).every(50).open(print)) {
            Trainer.of(TinyModel.llama(), plan, training, PassSelection.here(training, Set.of()))
                    .progress(new Telling(steps, leak))
                    .train(
                            new FreshWeights(TinyModel.llama(), 1).under(plan),
                            TokenIds.of(TinyModel.text(40_000)),
                            TokenIds.of(TinyModel.text(4_000)),
                            Optional.of(folder));
        }
    }

    private static final class Telling implements Progress {
        private final int steps;
        private final int leak;
        private final List<TFloat32> lost = new ArrayList<>();

        Telling(int steps, int leak) {
            this.steps = steps;
            this.leak = leak;
        }

        @Override
        public Task begin(String what, long all) {
            return new Task() {
                @Override
                public void advance(long done, String note) {
                    if (leak > 0) {
                        lost.add(TFloat32.tensorOf(Shape.of(leak), tensor -> tensor.setFloat(1, 0)));
                    }
                    if (done % Math.max(1, steps / 100) == 0) {
                        System.out.println("probe " + done + " " + Pointer.totalBytes() + " " + Pointer.physicalBytes()
                                + " " + ResidentMemory.now() + " lost " + lost.size());
                    }
                }

                @Override
                public void close() {}
            };
        }
    }
}
