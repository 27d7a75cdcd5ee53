package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * How a training step updates the weights.
 *
 * @param optimizer AdamW or Muon, with its settings
 * @param schedule the learning rate after the warm-up
 * @param groups weights with their own rate or decay
 * @param warmup steps over which the learning rate rises from 0
 * @param clip the global norm to which gradients are clipped, or 0 for no limit
 */
public record UpdateSettings(
        Optimizer optimizer, Schedule schedule, List<ParameterGroup> groups, int warmup, double clip) {

    public UpdateSettings {
        groups = List.copyOf(groups);
        Check.that(warmup >= 0, "warmup: %d; it must be positive, or 0 for none", warmup);
        Check.that(clip >= 0, "clip: %s; it must be positive, or 0 for no limit", clip);
    }

    UpdateSettings optimizer(Optimizer other) {
        return new UpdateSettings(other, schedule, groups, warmup, clip);
    }

    UpdateSettings schedule(Schedule other) {
        return new UpdateSettings(optimizer, other, groups, warmup, clip);
    }

    UpdateSettings group(ParameterGroup group) {
        List<ParameterGroup> more = new ArrayList<>(groups);
        more.add(group);
        return new UpdateSettings(optimizer, schedule, more, warmup, clip);
    }

    UpdateSettings warmup(int steps) {
        return new UpdateSettings(optimizer, schedule, groups, steps, clip);
    }

    UpdateSettings clip(double norm) {
        return new UpdateSettings(optimizer, schedule, groups, warmup, norm);
    }

    /** The groups, for looking up the rate and decay of a weight. */
    ParameterGroups byWeight() {
        return new ParameterGroups(optimizer, groups);
    }

    /**
     * The learning rate of a step, counted from 0, in a training of {@code steps} steps: a linear warm-up, then the
     * schedule.
     */
    double rateAt(int step, int steps) {
        if (step < warmup) {
            return optimizer.rate() * (step + 1) / warmup;
        }
        double progress = steps - 1 <= warmup ? 1 : Math.min(1, (step - warmup) / (double) (steps - 1 - warmup));
        return optimizer.rate() * schedule.share(progress);
    }
}
