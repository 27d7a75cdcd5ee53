package dev.lancet.runtime.run;

import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.runtime.Model;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The finished candidates that later ones start from. */
final class FinishedModels implements AutoCloseable {

    private final Map<String, Model> models = new HashMap<>();

    void add(String candidate, Model model) {
        models.put(candidate, model);
    }

    Model of(String candidate) {
        return Objects.requireNonNull(models.get(candidate), candidate);
    }

    /** Closes all models except those that a later candidate starts from: there may be many, and each may be large. */
    void keepOriginsOf(Collection<Candidate> later) {
        Set<String> wanted = later.stream()
                .map(Candidate::origin)
                .filter(Origin.After.class::isInstance)
                .map(origin -> ((Origin.After) origin).candidate())
                .collect(Collectors.toSet());
        models.entrySet().removeIf(entry -> {
            if (wanted.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
    }

    @Override
    public void close() {
        models.values().forEach(Model::close);
        models.clear();
    }
}
