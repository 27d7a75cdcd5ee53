package dev.lancet.dsl.recipe;

import java.util.Optional;

/**
 * What happens around the steps of a training.
 *
 * @param validation when the training is validated, and what may end it before its last step
 * @param execution how a step is computed, which changes its memory and speed
 * @param guidance whether dense twins lead factors in the beginning, and how long
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
