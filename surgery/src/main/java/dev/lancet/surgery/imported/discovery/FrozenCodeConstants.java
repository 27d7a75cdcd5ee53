package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.tracing.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.DataType;

/**
 * Finds the constants of a frozen graph that hold the arrays of quantized matrices. Lancet reads the variable {@code x} by
 * the node {@code x.read}, and freezing turns that node into a constant.
 */
final class FrozenCodeConstants {

    private static final String READ = ".read";

    private FrozenCodeConstants() {}

    /** The names of the variables that such constants were, by the names of the constants. */
    static Map<String, String> of(GraphView frozen) {
        Map<String, String> names = new LinkedHashMap<>();
        for (Node node : frozen.nodes()) {
            if (node.is("Const")
                    && node.name().endsWith(READ)
                    && WeightSource.of(node).type() == DataType.DT_UINT8) {
                String codes = node.name().substring(0, node.name().length() - READ.length());
                if (constant(frozen, Weight.scale(codes))) {
                    Weight.quantizedArrays(codes).stream()
                            .filter(array -> constant(frozen, array))
                            .forEach(array -> names.put(array + READ, array));
                }
            }
        }
        return names;
    }

    private static boolean constant(GraphView frozen, String array) {
        return frozen.find(array + READ).filter(node -> node.is("Const")).isPresent();
    }
}
