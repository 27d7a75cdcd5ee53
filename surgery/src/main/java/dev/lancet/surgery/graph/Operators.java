package dev.lancet.surgery.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;

/**
 * The operators of a TensorFlow version, with their outputs and the defaults of their attributes: the content of
 * TensorFlow's own registry, stored as a table so that reading it needs no native library.
 *
 * <pre>
 * Const -&gt; output:dtype
 * Greater -&gt; z=bool
 * SparseSoftmaxCrossEntropyWithLogits -&gt; loss:T backprop:T     Tlabels=int64
 * Split -&gt; output*num_split:T
 * </pre>
 */
public final class Operators {

    /** The version whose defaults the text of a graph uses: that of TensorFlow Java 1.1.0. */
    public static final String VERSION = "2.18";

    /** Every version that has a table. */
    public static final List<String> VERSIONS = List.of(VERSION);

    private static final String GIVES = " -> ";

    private final Map<String, Operator> operators;

    private Operators(Map<String, Operator> operators) {
        this.operators = operators;
    }

    private record Operator(List<OperatorOutput> outputs, Map<String, String> defaults) {}

    /**
     * The operators of a TensorFlow version.
     *
     * @param version major and minor number, {@code 2.18}
     * @throws IllegalArgumentException if there is no table for the version
     */
    public static Operators of(String version) {
        if (!VERSIONS.contains(version)) {
            throw new IllegalArgumentException("TensorFlow " + version + ": its operators are not known; use one of "
                    + String.join(", ", VERSIONS));
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

    /** The operators that the text of graphs uses, read once. */
    static Operators current() {
        return Current.TABLE;
    }

    private static final class Current {
        private static final Operators TABLE = of(VERSION);
    }

    private static Map<String, Operator> read(BufferedReader lines) {
        Map<String, Operator> table = new HashMap<>();
        lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] fields = line.split("\t", -1);
            Map<String, String> defaults = new HashMap<>();
            for (int i = 1; i < fields.length; i++) {
                int equals = fields[i].indexOf('=');
                defaults.put(fields[i].substring(0, equals), fields[i].substring(equals + 1));
            }
            String[] declared = fields[0].split(GIVES, 2);
            List<OperatorOutput> outputs = declared.length == 1
                    ? List.of()
                    : Arrays.stream(declared[1].split(" ", -1))
                            .map(OperatorOutput::parse)
                            .toList();
            table.put(declared[0], new Operator(outputs, Map.copyOf(defaults)));
        });
        return Map.copyOf(table);
    }

    /** Whether there is such an operator. */
    public boolean has(String op) {
        return operators.containsKey(op);
    }

    /** The outputs that an operator declares, or empty if there is no such operator. */
    Optional<List<OperatorOutput>> outputs(String op) {
        return Optional.ofNullable(operators.get(op)).map(Operator::outputs);
    }

    /** The default of an attribute in the syntax of the text, or empty if it has none. */
    Optional<String> byDefault(String op, String attribute) {
        return Optional.ofNullable(operators.get(op))
                .map(operator -> operator.defaults().get(attribute));
    }

    /**
     * The table of a registry: one line for each operator in alphabetical order, with its outputs and each attribute that
     * has a default.
     *
     * @param version the TensorFlow version with this registry
     */
    public static String table(String version, OpList registry) {
        return registry.getOpList().stream()
                .sorted(Comparator.comparing(OpDef::getName))
                .map(op -> op.getAttrList().stream()
                        .filter(OpDef.AttrDef::hasDefaultValue)
                        .sorted(Comparator.comparing(OpDef.AttrDef::getName))
                        .map(attribute ->
                                "\t" + attribute.getName() + "=" + AttributeText.value(attribute.getDefaultValue()))
                        .collect(Collectors.joining("", op.getName() + outputs(op), "\n")))
                .collect(Collectors.joining(
                        "", "# operators of TensorFlow " + version + ", their outputs and defaults\n", ""));
    }

    private static String outputs(OpDef op) {
        return op.getOutputArgList().stream()
                .map(output -> OperatorOutput.of(output).toString())
                .collect(Collectors.joining(" ", op.getOutputArgCount() == 0 ? "" : GIVES, ""));
    }
}
