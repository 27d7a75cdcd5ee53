package dev.lancet.cli;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.imported.ImportedCompression;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.surgery.imported.CompressedMatrix;
import dev.lancet.surgery.imported.GraphVariable;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Layer;
import dev.lancet.surgery.imported.SkippedProduct;
import dev.lancet.surgery.imported.UnusedTensor;
import dev.lancet.surgery.savedmodel.ElementTypes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A graph that a command is about: a SavedModel folder or a frozen graph.
 *
 * @param format which of them
 * @param model what is in it
 */
record GraphArgument(Format format, ImportedModel model) {

    /** The graph of this name, or empty if it names something else. */
    static Optional<GraphArgument> find(String named) {
        Path path = Path.of(named);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        Format format = Format.of(path);
        return format == Format.SAVED_MODEL || format == Format.FROZEN_GRAPH
                ? Optional.of(new GraphArgument(format, ImportedModel.open(path)))
                : Optional.empty();
    }

    /** What the options say; of a budget alone, the bits and ranks by which this model fits it. */
    Compression chosen(CompressionRules rules, Compression said) {
        return rules.onlyBudget()
                .map(budget -> ImportedCompression.within(model, budget))
                .orElse(said);
    }

    Plan plan(Compression compression, Progress progress) {
        return ImportedCompression.plan(model, compression, progress);
    }

    /** Carries out a plan and writes what came out. */
    List<Fidelity> compress(Plan plan, Path out, Progress progress) {
        return ImportedCompression.of(model, plan, progress).write(out);
    }

    LancetCommand.Answer inspected() {
        Plan plan = model.plan();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("model", model.name());
        document.put("format", format.name().toLowerCase(Locale.ROOT));
        document.put("architecture", "graph of " + model.meta().getGraphDef().getNodeCount() + " nodes");
        document.put("signatures", signatures());
        document.put("parameters", parameters(plan));
        document.put("bytes", bytes());
        List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        whole().forEach(layer -> layers.add(layer(layer)));
        model.compressed().forEach(matrix -> layers.add(treated(matrix)));
        document.put("layers", layers);
        document.put(
                "left_alone",
                model.skipped().stream().map(SkippedProduct::toString).toList());
        document.put("dead", model.unused().stream().map(UnusedTensor::toString).toList());
        return new LancetCommand.Answer(document, text(plan));
    }

    private List<String> signatures() {
        return model.meta().getSignatureDefMap().keySet().stream()
                .filter(name -> !name.startsWith("__"))
                .sorted()
                .toList();
    }

    /** The layers that no rule has been at. */
    private List<Layer> whole() {
        Set<String> arrays = arrays();
        return model.layers().stream()
                .filter(layer -> !arrays.contains(layer.weight().name()))
                .toList();
    }

    private Set<String> arrays() {
        return model.compressed().stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .map(GraphVariable::name)
                .collect(Collectors.toSet());
    }

    private long bytes() {
        return model.variables().stream()
                .mapToLong(
                        held -> held.shape().stream().reduce((long) ElementTypes.bytes(held.type()), (a, b) -> a * b))
                .sum();
    }

    /** Weights as they are meant: codes count, scales do not. */
    private long parameters(Plan plan) {
        Set<String> arrays = arrays();
        long whole =
                whole().stream().mapToLong(layer -> layer.weight().parameters()).sum();
        long vectors = plan.vectors().stream()
                .filter(vector -> !arrays.contains(vector.name()))
                .mapToLong(vector -> vector.parameters())
                .sum();
        long treated = 0;
        for (CompressedMatrix matrix : model.compressed()) {
            long rows = matrix.rows();
            long columns = matrix.columns();
            treated += matrix.rank().isPresent() ? matrix.rank().getAsInt() * (rows + columns) : rows * columns;
        }
        return whole + vectors + treated;
    }

    private static Map<String, @Nullable Object> treated(CompressedMatrix matrix) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("name", matrix.name());
        entry.put("role", matrix.table() ? "embedding" : "linear");
        entry.put("rows", matrix.rows());
        entry.put("columns", matrix.columns());
        entry.put("rank", matrix.rank().isPresent() ? (Integer) matrix.rank().getAsInt() : null);
        entry.put("dtype", matrix.precision().equals("float") ? "float32" : matrix.precision());
        entry.put("bytes", matrix.bytes());
        return entry;
    }

    private static Map<String, @Nullable Object> layer(Layer layer) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("name", layer.weight().name());
        entry.put("role", layer.weight().role().name().toLowerCase(Locale.ROOT));
        entry.put("rows", layer.weight().rows());
        entry.put("columns", layer.weight().columns());
        entry.put("rank", null);
        entry.put("dtype", "float32");
        entry.put("bytes", layer.weight().bytes());
        entry.put("uses", layer.uses().stream().map(Object::toString).toList());
        entry.put("hindrance", layer.treatable() ? null : layer.hindrance());
        return entry;
    }

    private String text(Plan plan) {
        int name = Stream.concat(
                        whole().stream().map(layer -> layer.weight().name()),
                        model.compressed().stream().map(CompressedMatrix::name))
                .mapToInt(String::length)
                .max()
                .orElse(1);
        StringBuilder text =
                new StringBuilder(format.name().toLowerCase(Locale.ROOT) + ": " + model.name() + ", a graph of "
                        + model.meta().getGraphDef().getNodeCount() + " nodes"
                        + (signatures().isEmpty() ? "" : ", signatures " + String.join(", ", signatures())) + "\n");
        for (Layer layer : whole()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + name + "s  %-14s %-9s  %,13d bytes  %d use%s%s%n",
                    layer.weight().name(),
                    layer.weight().shape(),
                    layer.weight().role().name().toLowerCase(Locale.ROOT),
                    layer.weight().bytes(),
                    layer.uses().size(),
                    layer.uses().size() == 1 ? "" : "s",
                    layer.treatable() ? "" : "; left alone: " + layer.hindrance()));
        }
        for (CompressedMatrix matrix : model.compressed()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + name + "s  %-14s %-9s  %,13d bytes  %s%n",
                    matrix.name(),
                    List.of(matrix.rows(), matrix.columns()),
                    matrix.table() ? "embedding" : "linear",
                    matrix.bytes(),
                    matrix.form()));
        }
        if (!model.skipped().isEmpty()) {
            text.append("products that are no layers\n");
            model.skipped().forEach(left -> text.append("  ").append(left).append('\n'));
        }
        if (!model.unused().isEmpty()) {
            long copies = model.unused().stream().filter(UnusedTensor::copy).count();
            long bytes = model.unused().stream().mapToLong(UnusedTensor::bytes).sum();
            text.append(String.format(
                    Locale.ROOT,
                    "dead: %d tensors of the checkpoint that nothing reaches, %d of them copies of live ones, %,d bytes%n",
                    model.unused().size(),
                    copies,
                    bytes));
        }
        return text.append(String.format(Locale.ROOT, "stored: %,d parameters, %,d bytes%n", parameters(plan), bytes()))
                .toString();
    }
}
