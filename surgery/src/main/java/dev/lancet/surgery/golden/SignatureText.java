package dev.lancet.surgery.golden;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Signatures as canonical text: one section for each, one line for each input or output. */
final class SignatureText {

    private SignatureText() {}

    /** All signatures with the nodes behind them; each section ends with an empty line. */
    static String whole(Map<String, SignatureDef> signatures) {
        return new TreeMap<>(signatures)
                .entrySet().stream()
                        .map(entry -> section(entry.getKey(), entry.getValue(), true) + "\n")
                        .collect(Collectors.joining());
    }

    /** The signatures without nodes, as a caller sees them. */
    static String callable(Map<String, SignatureDef> signatures) {
        return new TreeMap<>(signatures)
                .entrySet().stream()
                        .map(entry -> section(entry.getKey(), entry.getValue(), false))
                        .collect(Collectors.joining("\n"));
    }

    /**
     * The signatures of the model. The names of TensorFlow's internal signatures, such as the initialiser, begin with two
     * underscores.
     */
    static Map<String, SignatureDef> ofModel(Map<String, SignatureDef> signatures) {
        return signatures.entrySet().stream()
                .filter(entry -> !entry.getKey().startsWith("__"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static String section(String name, SignatureDef signature, boolean nodes) {
        StringBuilder text = new StringBuilder("signature ").append(name).append('\n');
        new TreeMap<>(signature.getInputsMap())
                .forEach((key, info) -> text.append(line(key, "input", info, nodes ? " at " : "")));
        new TreeMap<>(signature.getOutputsMap())
                .forEach((key, info) -> text.append(line(key, "output", info, nodes ? " at " : "")));
        return text.toString();
    }

    private static String line(String key, String kind, TensorInfo info, String at) {
        boolean first = info.getName().endsWith(":0");
        String node = first ? info.getName().substring(0, info.getName().length() - 2) : info.getName();
        return "  " + key + " = " + kind + type(info.getDtype()) + shape(info) + (at.isEmpty() ? "" : at + node) + "\n";
    }

    private static String type(DataType type) {
        return type == DataType.DT_FLOAT || type == DataType.DT_INVALID
                ? ""
                : " " + type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
    }

    private static String shape(TensorInfo info) {
        if (!info.hasTensorShape() || info.getTensorShape().getUnknownRank()) {
            return info.getDtype() == DataType.DT_INVALID ? "" : " [?]";
        }
        return info.getTensorShape().getDimList().stream()
                .map(dim -> Long.toString(dim.getSize()))
                .collect(Collectors.joining(",", " [", "]"));
    }
}
