package dev.lancet.dsl.recipe;

/**
 * One training of one candidate.
 *
 * @param candidate its name
 * @param corpus the text; its held-out part validates, the rest trains
 * @param training the settings of the training
 */
public record Stage(String candidate, Corpus corpus, Training training) {
    public Stage {
        training.validation().check();
    }
}
