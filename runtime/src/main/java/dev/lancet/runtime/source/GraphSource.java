package dev.lancet.runtime.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.writing.GraphWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A graph that another tool wrote. Its result is written as a frozen graph if the path ends in {@code .pb}, otherwise as
 * a SavedModel folder.
 *
 * @param model the graph with its files
 * @param plan the current storage of the weights
 * @param weights the stored arrays; training may have replaced those of the files
 */
public record GraphSource(ImportedModel model, Plan plan, Weights weights) implements ModelSource {

    /** A graph with the weights of its files. */
    public static GraphSource of(ImportedModel model) {
        return new GraphSource(model, model.plan(), model);
    }

    @Override
    public Constraints constraints() {
        return model.constraints();
    }

    @Override
    public Conversion conversion(Plan into, Plan stored) {
        List<Step> changed = Stream.concat(into.changedSince(plan).stream(), into.changedSince(stored).stream())
                .distinct()
                .toList();
        List<Step> before =
                changed.stream().map(step -> plan.step(step.weight().name())).toList();
        return new Conversion(
                new Plan(into.model(), before, List.of()), new Plan(into.model(), changed, List.of()), weights);
    }

    @Override
    public void requireFoldable() {
        model.compressed().stream()
                .filter(matrix ->
                        matrix.rank().isPresent() || matrix.correction().isPresent())
                .findFirst()
                .ifPresent(matrix -> {
                    throw new LancetException("fold: " + matrix.name() + " in " + model.path()
                            + " was compressed before; only the graph that it was made from can be folded: compress that"
                            + " one again, with --fold");
                });
    }

    @Override
    public GraphSource compressed(Plan into, Weights arrays) {
        return new GraphSource(model, into, arrays.with(weights));
    }

    @Override
    public WeightWriter create(Path out, Plan into) {
        return GraphWriter.create(out, ImportedSurgery.operate(model, into));
    }
}
