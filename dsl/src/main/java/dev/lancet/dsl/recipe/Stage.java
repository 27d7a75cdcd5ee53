package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.Optional;

/**
 * One training of one candidate, on a text or on examples. Their held-out part validates, the rest trains.
 *
 * @param candidate its name
 * @param corpus the text, or empty
 * @param examples the examples, or empty
 * @param training the settings of the training
 */
public record Stage(String candidate, Optional<Corpus> corpus, Optional<Instructions> examples, Training training) {

    public Stage {
        Check.that(
                corpus.isPresent() != examples.isPresent(),
                "train: '%s' is trained on a text or on examples; give one of them",
                candidate);
        training.validation().check();
    }

    /** A training on a text. */
    public Stage(String candidate, Corpus corpus, Training training) {
        this(candidate, Optional.of(corpus), Optional.empty(), training);
    }

    /** A training on examples. */
    public Stage(String candidate, Instructions examples, Training training) {
        this(candidate, Optional.empty(), Optional.of(examples), training);
    }

    /** The same stage with other settings. */
    public Stage with(Training other) {
        return new Stage(candidate, corpus, examples, other);
    }

    /** The code of the text or the examples. */
    String data() {
        return corpus.map(Corpus::toString)
                .or(() -> examples.map(Instructions::toString))
                .orElseThrow();
    }
}
