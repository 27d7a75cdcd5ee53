package dev.lancet.surgery.imported.controlflow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * The kind of a node that runs functions under a condition.
 *
 * @param loop whether the results become the arguments of the next iteration
 * @param skipped the number of inputs that are the condition and not arguments
 * @param bodies the functions by their role
 */
record ControlFlowKind(boolean loop, int skipped, Map<String, String> bodies) {

    static Optional<ControlFlowKind> of(NodeDef node) {
        return switch (node.getOp()) {
            case "While", "StatelessWhile" -> Optional.of(new ControlFlowKind(true, 0, named(node, "cond", "body")));
            case "If", "StatelessIf" ->
                Optional.of(new ControlFlowKind(false, 1, named(node, "then_branch", "else_branch")));
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
                yield Optional.of(new ControlFlowKind(false, 1, branches));
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

    /** Whether the results of this body are its arguments in the next iteration. */
    boolean turns(String word) {
        return loop && word.equals("body");
    }

    /**
     * For each argument, whether the bodies see it as it was passed: true in a branch; in a loop, true if no iteration
     * changes it.
     */
    List<Boolean> stays(Map<String, FunctionDef> functions, int arguments) {
        FunctionDef body = functions.get(bodies.getOrDefault("body", ""));
        Map<String, String> same = body == null ? Map.of() : identities(body);
        List<Boolean> stays = new ArrayList<>();
        for (int i = 0; i < arguments; i++) {
            stays.add(!loop || (body != null && returnedUnchanged(body, i, same)));
        }
        return stays;
    }

    private static Map<String, String> identities(FunctionDef body) {
        Map<String, String> same = new HashMap<>();
        for (NodeDef node : body.getNodeDefList()) {
            if (node.getOp().equals("Identity") && node.getInputCount() > 0) {
                same.put(node.getName() + ":output:0", node.getInput(0));
            }
        }
        return same;
    }

    /** Whether a body returns an argument unchanged. */
    private static boolean returnedUnchanged(FunctionDef body, int argument, Map<String, String> same) {
        if (argument >= body.getSignature().getInputArgCount()
                || argument >= body.getSignature().getOutputArgCount()) {
            return false;
        }
        String wanted = body.getSignature().getInputArg(argument).getName();
        String at =
                body.getRetOrDefault(body.getSignature().getOutputArg(argument).getName(), "");
        for (int steps = 0; steps <= same.size() && !at.equals(wanted); steps++) {
            at = same.getOrDefault(at, "");
        }
        return at.equals(wanted);
    }
}
