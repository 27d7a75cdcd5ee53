package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * How a step of a training changes the weights.
 *
 * @param optimizer AdamW or Muon, and its numbers
 * @param schedule how the rate goes on after the warm-up
 * @param groups weights that are trained in a way of their own
 * @param warmup steps over which the rate rises from 0
 * @param clip the global norm to which gradients are shortened, 0 for no limit
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

    /** What the groups say, weight by weight. */
    ParameterGroups byWeight() {
        return new ParameterGroups(optimizer, groups);
    }

    /** The learning rate of a step, counted from 0, of so many: linear warm-up, then what the schedule says. */
    double rateAt(int step, int steps) {
        if (step < warmup) {
            return optimizer.rate() * (step + 1) / warmup;
        }
        double progress = steps - 1 <= warmup ? 1 : Math.min(1, (step - warmup) / (double) (steps - 1 - warmup));
        return optimizer.rate() * schedule.share(progress);
    }
}
