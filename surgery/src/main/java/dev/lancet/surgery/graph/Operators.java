package dev.lancet.surgery.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;

/**
 * The operators that a version of TensorFlow has, and the defaults of their attributes: what TensorFlow's own registry says,
 * kept as a table so that it can be asked without the native library.
 */
public final class Operators {

    /** The version whose defaults the text of a graph goes by: that of TensorFlow Java 1.1.0. */
    public static final String VERSION = "2.18";

    /** Every version that there is a table of. */
    public static final List<String> VERSIONS = List.of(VERSION);

    private final Map<String, Map<String, String>> defaults;

    private Operators(Map<String, Map<String, String>> defaults) {
        this.defaults = defaults;
    }

    /**
     * The operators of a version.
     *
     * @param version major and minor number, {@code 2.18}
     * @throws IllegalArgumentException if there is no table of it
     */
    public static Operators of(String version) {
        if (!VERSIONS.contains(version)) {
            throw new IllegalArgumentException("TensorFlow " + version
                    + ": there is no list of its operators; there is one of " + String.join(", ", VERSIONS));
        }
        String file = "tensorflow-" + version + ".ops";
        try (InputStream stream = Operators.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + file + " is missing");
            }
            return new Operators(read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The operators by which the text of graphs goes, read once. */
    static Operators current() {
        return Current.TABLE;
    }

    private static final class Current {
        private static final Operators TABLE = of(VERSION);
    }

    private static Map<String, Map<String, String>> read(BufferedReader lines) {
        Map<String, Map<String, String>> table = new HashMap<>();
        lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] fields = line.split("\t", -1);
            Map<String, String> attributes = new HashMap<>();
            for (int i = 1; i < fields.length; i++) {
                int equals = fields[i].indexOf('=');
                attributes.put(fields[i].substring(0, equals), fields[i].substring(equals + 1));
            }
            table.put(fields[0], Map.copyOf(attributes));
        });
        return Map.copyOf(table);
    }

    /** Whether there is such an operator. */
    public boolean has(String op) {
        return defaults.containsKey(op);
    }

    /** The default of an attribute as the text of a graph spells values, or empty if it must be said. */
    Optional<String> byDefault(String op, String attribute) {
        return Optional.ofNullable(defaults.getOrDefault(op, Map.of()).get(attribute));
    }

    /**
     * The table of a registry: one line an operator, in alphabetical order, behind its name each attribute that has a default.
     *
     * @param version of the TensorFlow that has this registry
     */
    public static String table(String version, OpList registry) {
        return registry.getOpList().stream()
                .sorted(Comparator.comparing(OpDef::getName))
                .map(op -> op.getAttrList().stream()
                        .filter(OpDef.AttrDef::hasDefaultValue)
                        .sorted(Comparator.comparing(OpDef.AttrDef::getName))
                        .map(attribute ->
                                "\t" + attribute.getName() + "=" + AttributeText.value(attribute.getDefaultValue()))
                        .collect(Collectors.joining("", op.getName(), "\n")))
                .collect(Collectors.joining("", "# operators of TensorFlow " + version + " and their defaults\n", ""));
    }
}
