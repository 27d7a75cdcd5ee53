package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.MatrixProgress;
import dev.lancet.io.Progress;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Shows the progress of a compression, and tells a listener what has been passed on.
 *
 * @param before the matrices that an earlier process converted; not shown, so that the remaining time is right
 */
record ConversionProgress(Progress.Task task, int before, BiConsumer<String, Optional<Fidelity>> listener)
        implements MatrixProgress {

    @Override
    public void converted(String weight, Optional<Fidelity> loss) {
        listener.accept(weight, loss);
    }

    @Override
    public void finished(String weight, int done, int count, double seconds) {
        task.advance(Math.max(0, done - before), weight);
    }
}
