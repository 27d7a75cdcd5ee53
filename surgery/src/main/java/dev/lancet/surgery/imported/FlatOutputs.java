package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * The names of outputs of operators, of which a list counts as one. A function body says {@code unique:idx:0} where a graph
 * says {@code unique:1}; whoever unfolds a body has to count, and whoever folds one to name.
 *
 * <p>The resource {@code outputs.txt} is taken from the operators that TensorFlow 2.18 registers: an operator a line, then
 * its outputs, a list as {@code name*attribute}.
 */
final class FlatOutputs {

    private final Map<String, List<String>> byOp;

    private FlatOutputs(Map<String, List<String>> byOp) {
        this.byOp = byOp;
    }

    static FlatOutputs known() {
        Map<String, List<String>> byOp = new HashMap<>();
        try (var stream = FlatOutputs.class.getResourceAsStream("outputs.txt")) {
            if (stream == null) {
                throw new IllegalStateException("outputs.txt is not in the jar; build it whole");
            }
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .lines()
                    .forEach(line -> {
                        List<String> words = List.of(line.split(" "));
                        byOp.put(words.get(0), words.subList(1, words.size()));
                    });
            return new FlatOutputs(byOp);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Which output of a node, counted flat, a body means by {@code port:index}. */
    int number(NodeDef node, String port, int index) {
        List<String> outputs = byOp.get(node.getOp());
        if (outputs == null) {
            return index;
        }
        int before = 0;
        for (String output : outputs) {
            int star = output.indexOf('*');
            if ((star < 0 ? output : output.substring(0, star)).equals(port)) {
                return before + index;
            }
            before += star < 0
                    ? 1
                    : length(node.getAttrOrDefault(output.substring(star + 1), AttrValue.getDefaultInstance()));
        }
        throw new LancetException("graph: " + node.getName() + " is a " + node.getOp() + ", which has no output '"
                + port + "'; its outputs are " + String.join(", ", outputs));
    }

    /**
     * How a body calls an output of a node that is counted flat.
     *
     * @throws LancetException if the node has not so many
     */
    String named(NodeDef node, int number) {
        List<String> names = byOp.get(node.getOp());
        if (names == null) {
            throw new LancetException(
                    "graph: " + node.getName() + " is a " + node.getOp()
                            + ", an operator that TensorFlow 2.18 does not have; nothing in a loop or branch with it can be cut");
        }
        int before = 0;
        for (String output : names) {
            int star = output.indexOf('*');
            int length = star < 0
                    ? 1
                    : length(node.getAttrOrDefault(output.substring(star + 1), AttrValue.getDefaultInstance()));
            if (number < before + length) {
                return (star < 0 ? output : output.substring(0, star)) + ":" + (number - before);
            }
            before += length;
        }
        throw new LancetException("graph: " + node.getName() + ", a " + node.getOp() + ", has no output " + number);
    }

    private static int length(AttrValue attribute) {
        return attribute.hasList() ? attribute.getList().getTypeCount() : (int) attribute.getI();
    }
}
