package dev.lancet.dsl.recipe;

/**
 * One training of one candidate.
 *
 * @param candidate its name
 * @param corpus the text; only what is not held out is trained on, what is held out validates
 * @param training how
 */
public record Stage(String candidate, Corpus corpus, Training training) {
    public Stage {
        training.validation().check();
    }
}
