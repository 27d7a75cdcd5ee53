package dev.lancet.surgery.imported.discovery;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * A variable that the graph uses.
 *
 * @param name its name in the graph, the author's where he gave one
 * @param key under which the checkpoint has it; empty for what was a constant
 * @param type its element type
 * @param shape its shape
 */
public record GraphVariable(String name, String key, DataType type, List<Long> shape) {

    public GraphVariable {
        shape = List.copyOf(shape);
    }
}
