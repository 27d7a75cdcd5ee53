package dev.lancet.surgery.foreign;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * A node that runs functions under a condition.
 *
 * @param loop whether results come back as arguments
 * @param skipped how many of its inputs are the condition, not arguments
 * @param bodies the functions by what they are for
 */
record Branching(boolean loop, int skipped, Map<String, String> bodies) {

    static Optional<Branching> of(NodeDef node) {
        return switch (node.getOp()) {
            case "While", "StatelessWhile" -> Optional.of(new Branching(true, 0, named(node, "cond", "body")));
            case "If", "StatelessIf" -> Optional.of(new Branching(false, 1, named(node, "then_branch", "else_branch")));
            case "Case", "StatelessCase" -> {
                Map<String, String> branches = new LinkedHashMap<>();
                List<String> names =
                        node
                                .getAttrOrDefault("branches", AttrValue.getDefaultInstance())
                                .getList()
                                .getFuncList()
                                .stream()
                                .map(function -> function.getName())
                                .toList();
                for (int i = 0; i < names.size(); i++) {
                    branches.put("branch_" + i, names.get(i));
                }
                yield Optional.of(new Branching(false, 1, branches));
            }
            default -> Optional.empty();
        };
    }

    private static Map<String, String> named(NodeDef node, String... attributes) {
        Map<String, String> bodies = new LinkedHashMap<>();
        for (String attribute : attributes) {
            bodies.put(
                    attribute,
                    node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance())
                            .getFunc()
                            .getName());
        }
        return bodies;
    }

    /** What a body sees as its arguments: what was passed, where it stays the same through all turns of a loop. */
    List<String> seen(
            String prefix, FunctionDef function, List<String> data, BiFunction<String, DataType, String> opaque) {
        List<String> seen = new ArrayList<>();
        List<OpDef.ArgDef> arguments = function.getSignature().getInputArgList();
        for (int i = 0; i < arguments.size() && i + skipped < data.size(); i++) {
            String passed = data.get(i + skipped);
            boolean same = !loop || arguments.get(i).getType() == DataType.DT_RESOURCE;
            String name = prefix + "/" + arguments.get(i).getName();
            seen.add(same ? passed : opaque.apply(name, arguments.get(i).getType()));
        }
        return seen;
    }
}
