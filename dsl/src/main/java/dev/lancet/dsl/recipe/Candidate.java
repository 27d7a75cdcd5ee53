package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Compression;

/**
 * One model of a recipe, to be compared with the others.
 *
 * @param name what it is called in the report
 * @param origin where its weights come from
 * @param compression how it is made small: before training if it is declared, so that its factors are trained from
 *     fresh, else when it is taken over
 */
public record Candidate(String name, Origin origin, Compression compression) {

    public Candidate {
        Check.that(!name.isBlank(), "candidate: the name is empty; give it one");
    }
}
