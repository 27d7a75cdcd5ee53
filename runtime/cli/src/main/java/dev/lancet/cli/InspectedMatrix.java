package dev.lancet.cli;

import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.CompressedMatrix;
import dev.lancet.surgery.imported.discovery.GraphVariable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A matrix of a model and how it is stored.
 *
 * @param name its name
 * @param shape its rows and columns
 * @param form its storage, such as {@code rank 12 int8}
 * @param bytes the bytes of its arrays
 */
record InspectedMatrix(String name, List<Integer> shape, String form, long bytes) {

    InspectedMatrix {
        shape = List.copyOf(shape);
    }

    /** The matrices of a model, in its order. */
    static List<InspectedMatrix> of(ModelArgument model) {
        return model.graph().map(InspectedMatrix::of).orElseGet(() -> of(model.checkpoint()));
    }

    /** The matrices of a declared model, in its order. */
    static List<InspectedMatrix> of(Checkpoint model) {
        return model.plan().steps().stream()
                .map(step -> new InspectedMatrix(
                        step.weight().name(), step.weight().shape(), form(model, step), model.bytes(step)))
                .toList();
    }

    /** The matrices of a graph; a matrix in factors is one. */
    static List<InspectedMatrix> of(ImportedModel model) {
        Set<String> parts = model.compressed().stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .map(GraphVariable::name)
                .collect(Collectors.toSet());
        List<InspectedMatrix> all = new ArrayList<>();
        model.layers().stream()
                .map(layer -> layer.weight())
                .filter(weight -> !parts.contains(weight.name()))
                .forEach(weight ->
                        all.add(new InspectedMatrix(weight.name(), weight.shape(), "float32", weight.bytes())));
        model.compressed()
                .forEach(matrix -> all.add(new InspectedMatrix(
                        matrix.name(), List.of(matrix.rows(), matrix.columns()), form(matrix), matrix.bytes())));
        return all;
    }

    /** {@code rank 12 int8}, or {@code int4(32) + correction(16)}. */
    static String form(CompressedMatrix matrix) {
        return (matrix.rank().isPresent() ? "rank " + matrix.rank().getAsInt() + " " : "")
                + matrix.precision()
                + matrix.correction().map(some -> " + " + some).orElse("");
    }

    /** The same of a matrix of a declared model, with its adapter. */
    static String form(Checkpoint model, Step step) {
        return (step.rank().isPresent() ? "rank " + step.rank().getAsInt() + " " : "")
                + model.dtype(step)
                + step.correction().map(some -> " + " + some).orElse("")
                + step.adapter().map(beside -> " + " + beside).orElse("");
    }

    Map<String, @Nullable Object> document() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("shape", shape);
        document.put("form", form);
        document.put("bytes", bytes);
        return document;
    }
}
