package dev.lancet.runtime.calibration;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The index of a {@link GramFile}. All sizes are checked against the file and the model when it is read.
 *
 * @param measured when it was measured
 * @param sums of each tensor that layers read
 * @param layers by the name of the matrix
 */
record GramIndex(String measured, List<Sums> sums, Map<String, Layer> layers) {

    /** The longest index in bytes. A layer takes about 60. */
    static final int LONGEST = 64 << 20;

    /** The widest square matrix that is a Java array. */
    private static final int WIDEST = 46_340;

    GramIndex {
        sums = List.copyOf(sums);
        layers = Map.copyOf(layers);
    }

    /**
     * The sums of a tensor.
     *
     * @param offset of their first byte, counted from that of the first sums
     */
    record Sums(int width, long rows, long offset) {}

    /** A layer: the index of its sums, and whether it computes {@code x · Wᵀ}. */
    record Layer(int sums, boolean transposed) {}

    /** The layer of this matrix, or empty. */
    Optional<Layer> layer(String weight) {
        return Optional.ofNullable(layers.get(weight));
    }

    /**
     * Reads an index.
     *
     * @param end where the sums end in the file
     * @throws IOException with the reason if it does not fit
     */
    static GramIndex read(byte[] json, long end, String fingerprint, Plan plan) throws IOException {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(json);
        } catch (JacksonException wrong) {
            throw new IOException("its index is no JSON", wrong);
        }
        if (!root.path("fingerprint").asString("").equals(fingerprint)) {
            throw new IOException("it is of another calibration");
        }
        List<Sums> sums = new ArrayList<>();
        long offset = 0;
        long most = end - GramFile.MAGIC.length();
        for (JsonNode each : root.path("sums")) {
            long width = each.path("width").asLong(0);
            long rows = each.path("rows").asLong(-1);
            long bytes = width > WIDEST ? Long.MAX_VALUE : width * (width + 1) / 2 * Double.BYTES;
            if (width < 1 || rows < 0 || bytes > most - offset) {
                throw new IOException("its sums of width " + width + " do not fit");
            }
            sums.add(new Sums((int) width, rows, offset));
            offset += bytes;
        }
        if (offset != most) {
            throw new IOException("its sums take " + offset + " bytes of " + most);
        }
        return new GramIndex(root.path("measured").asString("?"), sums, layers(root, sums, plan));
    }

    private static Map<String, Layer> layers(JsonNode root, List<Sums> sums, Plan plan) throws IOException {
        Map<String, Layer> layers = new LinkedHashMap<>();
        for (JsonNode each : root.path("layers")) {
            String name = each.path("weight").asString("");
            int index = each.path("sums").asInt(-1);
            boolean transposed = each.path("transposed").asBoolean(false);
            Optional<Weight> weight = plan.find(name).map(Step::weight);
            if (index < 0 || index >= sums.size() || weight.isEmpty()) {
                throw new IOException("its layer '" + name + "' does not fit");
            }
            int inputs = transposed ? weight.get().columns() : weight.get().rows();
            if (sums.get(index).width() != inputs) {
                throw new IOException(
                        "its layer '" + name + "' has " + sums.get(index).width() + " inputs instead of " + inputs);
            }
            layers.put(name, new Layer(index, transposed));
        }
        return layers;
    }
}
