package dev.lancet.runtime.run;

import java.nio.file.Path;
import java.util.List;

/**
 * A candidate as a recipe declares it.
 *
 * @param name its name in the recipe
 * @param text everything that decides its weights
 * @param outputs the folders that it is saved to
 */
record CandidateDefinition(String name, String text, List<Path> outputs) {

    CandidateDefinition {
        outputs = List.copyOf(outputs);
    }
}
