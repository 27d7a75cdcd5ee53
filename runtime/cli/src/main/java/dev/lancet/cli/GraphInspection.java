package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.PrintableText;
import dev.lancet.runtime.report.compression.PlanDocument;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.CompressedMatrix;
import dev.lancet.surgery.imported.discovery.GraphVariable;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.SkippedProduct;
import dev.lancet.surgery.imported.discovery.UnusedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The output of {@code lancet inspect} for an imported graph. */
final class GraphInspection {

    private final String format;
    private final ImportedModel model;

    private GraphInspection(String format, ImportedModel model) {
        this.format = format;
        this.model = model;
    }

    static LancetCommand.Answer of(String format, ImportedModel model) {
        return new GraphInspection(format, model).answer();
    }

    private LancetCommand.Answer answer() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("model", model.name());
        document.put("format", format);
        document.put("architecture", "graph of " + model.meta().getGraphDef().getNodeCount() + " nodes");
        document.put("signatures", signatures());
        document.put("parameters", model.plan().parametersAfter());
        document.put("bytes", model.storedBytes());
        List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        whole().forEach(layer -> layers.add(layer(layer)));
        model.compressed().forEach(matrix -> layers.add(compressed(matrix)));
        document.put("layers", layers);
        document.put(
                "left_alone",
                model.skipped().stream().map(SkippedProduct::toString).toList());
        document.put("dead", model.unused().stream().map(UnusedTensor::toString).toList());
        return new LancetCommand.Answer(document, text());
    }

    private List<String> signatures() {
        return model.meta().getSignatureDefMap().keySet().stream()
                .filter(name -> !name.startsWith("__"))
                .sorted()
                .toList();
    }

    /** The layers that are not compressed. */
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

    private static Map<String, @Nullable Object> compressed(CompressedMatrix matrix) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("name", matrix.name());
        entry.put("role", matrix.table() ? "embedding" : "linear");
        entry.put("rows", matrix.rows());
        entry.put("columns", matrix.columns());
        entry.put("rank", matrix.rank().isPresent() ? (Integer) matrix.rank().getAsInt() : null);
        entry.put("dtype", matrix.precision().toString());
        matrix.correction().ifPresent(some -> entry.put("correction", PlanDocument.correction(some)));
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

    private String text() {
        int name = Stream.concat(
                        whole().stream().map(layer -> layer.weight().name()),
                        model.compressed().stream().map(CompressedMatrix::name))
                .mapToInt(String::length)
                .max()
                .orElse(1);
        StringBuilder text = new StringBuilder(format + ": " + model.name() + ", a graph of "
                + model.meta().getGraphDef().getNodeCount() + " nodes"
                + (signatures().isEmpty() ? "" : ", signatures " + PrintableText.line(String.join(", ", signatures())))
                + "\n");
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
                    layer.treatable() ? "" : "; stays unchanged: " + layer.hindrance()));
        }
        for (CompressedMatrix matrix : model.compressed()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + name + "s  %-14s %-9s  %,13d bytes  %s%n",
                    matrix.name(),
                    List.of(matrix.rows(), matrix.columns()),
                    matrix.table() ? "embedding" : "linear",
                    matrix.bytes(),
                    InspectedMatrix.form(matrix)));
        }
        if (!model.skipped().isEmpty()) {
            text.append("matrix products that are not layers\n");
            model.skipped().forEach(left -> text.append("  ")
                    .append(PrintableText.line(left.toString()))
                    .append('\n'));
        }
        if (!model.unused().isEmpty()) {
            long copies = model.unused().stream().filter(UnusedTensor::copy).count();
            long bytes = model.unused().stream().mapToLong(UnusedTensor::bytes).sum();
            text.append(String.format(
                    Locale.ROOT,
                    "unused: %d tensors of the checkpoint that no signature reaches, %d of them copies of used"
                            + " ones, %,d bytes%n",
                    model.unused().size(),
                    copies,
                    bytes));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "stored: %,d parameters, %,d bytes%n",
                        model.plan().parametersAfter(),
                        model.storedBytes()))
                .toString();
    }
}
