package dev.lancet.surgery.imported.discovery;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * A variable that the graph uses.
 *
 * @param name its name in the graph, which is the author's if one was given
 * @param key its key in the checkpoint; empty for a former constant
 * @param type its element type
 * @param shape its shape
 */
public record GraphVariable(String name, String key, DataType type, List<Long> shape) {

    public GraphVariable {
        shape = List.copyOf(shape);
    }
}
