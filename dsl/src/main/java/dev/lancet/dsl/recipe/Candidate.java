package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Compression;

/**
 * One model of a recipe, which the report compares with the others.
 *
 * @param name its name in the report
 * @param origin where its weights come from
 * @param compression how it is compressed. A declared model is compressed before training, so its factors are trained
 * from     fresh weights. Other models are compressed after they are loaded
 */
public record Candidate(String name, Origin origin, Compression compression) {

    public Candidate {
        Check.that(!name.isBlank(), "candidate: the name is empty; give it one");
    }
}
