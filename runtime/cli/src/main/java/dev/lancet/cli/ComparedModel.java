package dev.lancet.cli;

import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.golden.GraphFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One of two models that {@code lancet diff} compares.
 *
 * @param text its canonical text; a SavedModel in the form that surgery gives it, in which names outlive a compression
 * @param matrices how its matrices are stored
 */
record ComparedModel(String text, List<InspectedMatrix> matrices) {

    ComparedModel {
        matrices = List.copyOf(matrices);
    }

    /** The model of a folder; empty for a graph in a file, and for a folder that has no matrices Lancet knows. */
    static Optional<ComparedModel> of(String named) {
        Path path = Path.of(named);
        if (!Files.isDirectory(path)) {
            return Optional.empty();
        }
        ModelArgument model;
        try {
            model = ModelArgument.of(named);
        } catch (LancetException unknown) {
            // Surgery does not take every graph that can be compared as text.
            return Optional.empty();
        }
        List<InspectedMatrix> matrices = InspectedMatrix.of(model);
        GraphFile graph = model.graph()
                .map(found ->
                        new GraphFile(found.meta().getGraphDef(), found.meta().getSignatureDefMap(), Optional.of(path)))
                .orElseGet(() -> GraphFile.read(path));
        return matrices.isEmpty() ? Optional.empty() : Optional.of(new ComparedModel(graph.text(), matrices));
    }
}
