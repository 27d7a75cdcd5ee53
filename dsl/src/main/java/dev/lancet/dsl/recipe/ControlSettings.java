package dev.lancet.dsl.recipe;

import java.util.Optional;

/**
 * How a training is controlled.
 *
 * @param validation when to validate, and when to stop before the last step
 * @param execution how a step is computed, which changes its memory and speed
 * @param guidance how long dense twins guide the factors at the beginning, or empty for no guidance
 */
public record ControlSettings(ValidationPolicy validation, Execution execution, Optional<SelfGuidance> guidance) {

    ControlSettings validation(ValidationPolicy other) {
        return new ControlSettings(other, execution, guidance);
    }

    ControlSettings execution(Execution other) {
        return new ControlSettings(validation, other, guidance);
    }

    ControlSettings guidance(SelfGuidance other) {
        return new ControlSettings(validation, execution, Optional.of(other));
    }
}
