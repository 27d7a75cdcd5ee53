package dev.lancet.runtime.calibration;

import dev.lancet.io.AtomicFile;
import dev.lancet.io.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The losses that were measured for the forms of a model's layers: those of earlier runs, and those of this one.
 *
 * <p>The file is one line of JSON (fingerprint, measured, layers {weight: {sensitivity, losses {form: loss}}}) and a line with the
 * SHA-256 of the first.
 */
public final class MeasuredLosses {

    /** The most bytes of a file. A layer takes about 2,000. */
    private static final long LONGEST = 256L << 20;

    private final Map<String, Layer> layers = new TreeMap<>();
    private String measured = "";
    private boolean grown;

    private record Layer(double sensitivity, Map<String, Double> losses) {}

    private MeasuredLosses() {}

    /** No losses. */
    public static MeasuredLosses none() {
        return new MeasuredLosses();
    }

    /**
     * Reads a file.
     *
     * @throws IOException with the reason if it is damaged, or of another calibration
     */
    static MeasuredLosses read(Path path, String fingerprint) throws IOException {
        if (Files.size(path) > LONGEST) {
            throw new IOException("it is longer than " + LONGEST + " bytes");
        }
        String[] lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length != 3 || !lines[1].equals(Sha256.of(lines[0]))) {
            throw new IOException("its checksum is wrong");
        }
        MeasuredLosses kept = new MeasuredLosses();
        try {
            JsonNode root = JsonMapper.shared().readTree(lines[0]);
            if (!root.path("fingerprint").asString("").equals(fingerprint)) {
                throw new IOException("it is of another calibration");
            }
            kept.measured = root.path("measured").asString("?");
            for (Map.Entry<String, JsonNode> layer : root.path("layers").properties()) {
                Map<String, Double> losses = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> form :
                        layer.getValue().path("losses").properties()) {
                    losses.put(form.getKey(), loss(form.getValue()));
                }
                kept.layers.put(layer.getKey(), new Layer(loss(layer.getValue().path("sensitivity")), losses));
            }
        } catch (JacksonException wrong) {
            throw new IOException("it is no JSON", wrong);
        }
        return kept;
    }

    private static double loss(JsonNode node) throws IOException {
        double value = node.asDouble(-1);
        if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
            throw new IOException("it contains the loss " + node);
        }
        return value;
    }

    void write(Path path, String fingerprint, String today) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("fingerprint", fingerprint);
        root.put("measured", today);
        root.put("layers", layers);
        String line = JsonMapper.shared().writeValueAsString(root);
        AtomicFile.replace(path, line + "\n" + Sha256.of(line) + "\n");
    }

    /** When the last of them were measured. */
    String measured() {
        return measured;
    }

    /** The number of layers. */
    int count() {
        return layers.size();
    }

    /** Whether losses were added. */
    boolean grown() {
        return grown;
    }

    /** The distance of the model's outputs per squared relative error of the layer's output; empty if it is not known. */
    public OptionalDouble sensitivity(String weight) {
        Layer layer = layers.get(weight);
        return layer == null ? OptionalDouble.empty() : OptionalDouble.of(layer.sensitivity());
    }

    /** The loss of a form of a layer; empty if it is not known. */
    public OptionalDouble loss(String weight, String form) {
        Layer layer = layers.get(weight);
        return layer == null || !layer.losses().containsKey(form)
                ? OptionalDouble.empty()
                : OptionalDouble.of(Objects.requireNonNull(layer.losses().get(form)));
    }

    /**
     * Adds the losses of a layer. What is not finite is left out, and measured again by a later run.
     *
     * @param losses by form
     */
    public void add(String weight, double sensitivity, Map<String, Double> losses) {
        if (!Double.isFinite(sensitivity)) {
            return;
        }
        Map<String, Double> all = new LinkedHashMap<>();
        Layer before = layers.get(weight);
        if (before != null) {
            all.putAll(before.losses());
        }
        losses.forEach((form, loss) -> {
            if (Double.isFinite(loss)) {
                all.put(form, loss);
            }
        });
        Layer after = new Layer(sensitivity, all);
        grown |= !after.equals(before);
        layers.put(weight, after);
    }
}
