package dev.lancet.runtime.translation.operator;

import dev.lancet.surgery.graph.Input;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The names in ONNX of the values of a graph. */
public final class ValueNames {

    private final Map<String, Supplier<String>> values = new HashMap<>();
    private final Set<String> reserved;

    /** Names that leave these free, for the inputs and outputs of the graph. */
    public ValueNames(Set<String> reserved) {
        this.reserved = new HashSet<>(reserved);
    }

    /** The name of the first output of a node, and of the node itself. TensorFlow's names have no {@code #}. */
    public String of(String node) {
        return reserved.contains(node) ? node + "#value" : node;
    }

    /** Binds an output of a node to a value. */
    public void bind(String node, int port, String value) {
        values.put(new Input(node, port).toString(), () -> value);
    }

    /** Binds the first output of a node to a value that is made when something takes it, again and again the same. */
    public void bindLazily(String node, Supplier<String> value) {
        values.put(new Input(node, 0).toString(), value);
    }

    /** The value that an input takes. */
    public String value(Input input) {
        Supplier<String> value = values.get(input.toString());
        if (value == null) {
            throw new IllegalStateException("onnx: '" + input + "' has no value yet");
        }
        return value.get();
    }
}
