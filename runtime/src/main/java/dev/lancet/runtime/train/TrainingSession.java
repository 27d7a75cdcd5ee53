package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.Host;
import java.util.Arrays;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** One training graph in a session: runs a step, or only looks at a loss. */
final class TrainingSession implements AutoCloseable {

    /** What a step showed. */
    record Seen(double loss, double gradientNorm) {
        boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    private final Engine engine;

    TrainingSession(Engine engine) {
        this.engine = engine;
    }

    Engine engine() {
        return engine;
    }

    /** One optimiser step, counted from 0, on a batch {@code [batch, sequence + 1]}. */
    Seen step(int[][] batch, Training training, Span span, int step) {
        Optimizer.AdamW adam = training.optimizer().adam();
        try (TFloat32 rate = TFloat32.scalarOf((float) span.rate(training, step));
                TFloat32 power1 = TFloat32.scalarOf((float) Math.pow(adam.beta1(), span.moves(step)));
                TFloat32 power2 = TFloat32.scalarOf((float) Math.pow(adam.beta2(), span.moves(step)));
                TInt32 ids = inputs(batch);
                TInt32 labels = labels(batch)) {
            Session.Runner runner = engine.runner()
                    .feed("rate", rate)
                    .feed("beta1.power", power1)
                    .feed("beta2.power", power2)
                    .feed("ids", ids)
                    .feed("labels", labels)
                    .fetch("loss")
                    .fetch("grad.norm")
                    .addTarget("train");
            try (var result = runner.run()) {
                return new Seen(Host.floats(result.get(0))[0], Host.floats(result.get(1))[0]);
            }
        }
    }

    /** Adds the gradients of a batch to those of the step under way, or begins with them; gives its loss. */
    double accumulate(int[][] batch, boolean first) {
        return loss(batch, first ? "accumulate.first" : "accumulate.more");
    }

    /** The loss of a batch, without a step. */
    double loss(int[][] batch) {
        return loss(batch, "loss");
    }

    private double loss(int[][] batch, String target) {
        try (TInt32 ids = inputs(batch);
                TInt32 labels = labels(batch);
                var result = engine.runner()
                        .feed("ids", ids)
                        .feed("labels", labels)
                        .fetch("loss")
                        .addTarget(target)
                        .run()) {
            return Host.floats(result.get(0))[0];
        }
    }

    private static TInt32 inputs(int[][] batch) {
        return Host.matrix(Arrays.stream(batch)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(int[][]::new));
    }

    private static TInt32 labels(int[][] batch) {
        return Host.matrix(Arrays.stream(batch)
                .map(row -> Arrays.copyOfRange(row, 1, row.length))
                .toArray(int[][]::new));
    }

    @Override
    public void close() {
        engine.close();
    }
}
