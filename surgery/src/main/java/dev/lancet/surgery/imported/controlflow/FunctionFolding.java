package dev.lancet.surgery.imported.controlflow;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.OutputNames;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Turns the inlined nodes of one body into a function again. */
final class FunctionFolding {

    private final ControlFlowNode fork;
    private final ControlFlowNode.Body body;
    private final String end;
    private final String prefix;
    private final Map<String, NodeDef> nodes;
    private final GraphView before;
    private final Map<String, NodeDef> members = new LinkedHashMap<>();

    FunctionFolding(ControlFlowNode fork, ControlFlowNode.Body body, Map<String, NodeDef> nodes, GraphView before) {
        this.nodes = nodes;
        this.before = before;
        this.fork = fork;
        this.body = body;
        this.end = fork.end(body);
        this.prefix = end + "/";
        nodes.forEach((name, node) -> {
            // New variables and their reads are outside the body, whatever their names.
            boolean added = name.startsWith(prefix)
                    && before.find(name).isEmpty()
                    && !Set.of("VarHandleOp", "ReadVariableOp").contains(node.getOp());
            if (body.members().contains(name) || added) {
                members.put(name, node);
            }
        });
    }

    String word() {
        return body.word();
    }

    /** The nodes that exist only in the open graph. */
    Set<String> names() {
        Set<String> names = new HashSet<>(members.keySet());
        names.add(end);
        body.arguments().stream().filter(this::carried).forEach(names::add);
        return names;
    }

    private boolean carried(String argument) {
        NodeDef node = nodes.get(argument);
        return node != null && node.getOp().equals(ControlFlowNode.CARRIED) && argument.startsWith(prefix);
    }

    /** Whether nothing in the body changed. */
    boolean same(Set<String> changed) {

        return members.entrySet().stream()
                .allMatch(member -> !changed.contains(member.getKey())
                        && before.find(member.getKey())
                                .filter(node -> node.definition().equals(member.getValue())
                                        || ControlFlowKind.of(node.definition()).isPresent())
                                .isPresent());
    }

    /** The tensors that the body uses from outside. */
    Set<String> outside() {
        Set<String> outside = new LinkedHashSet<>();
        members.values()
                .forEach(
                        node -> node.getInputList().stream().filter(this::outer).forEach(outside::add));
        results().stream().filter(this::outer).forEach(outside::add);
        return outside;
    }

    private List<String> results() {
        return returned(false).map(Input::toString).toList();
    }

    private Stream<Input> returned(boolean control) {
        NodeDef node = nodes.getOrDefault(end, NodeDef.getDefaultInstance());
        return node.getInputList().stream().map(Input::parse).filter(input -> input.control() == control);
    }

    private boolean outer(String name) {
        Input input = Input.parse(name);
        return !input.control() && !members.containsKey(input.node()) && !carried(name);
    }

    /** The function with these arguments. */
    FunctionDef function(String name, List<BodyArguments.Slot> slots) {
        FunctionDef old = body.function();
        FunctionDef.Builder built = old.toBuilder()
                .clearNodeDef()
                .clearRet()
                .clearControlRet()
                .clearArgAttr()
                .clearResourceArgUniqueId();
        OpDef.Builder signature = built.getSignatureBuilder();
        signature.setName(name).clearInputArg().clearControlOutput();
        Set<String> taken = new HashSet<>();
        members.keySet().forEach(member -> taken.add(local(member)));
        old.getSignature().getInputArgList().forEach(argument -> taken.add(argument.getName()));
        Map<String, String> arguments = new LinkedHashMap<>();
        for (int i = 0; i < slots.size(); i++) {
            BodyArguments.Slot slot = slots.get(i);
            OpDef.ArgDef argument = slot.old() < 0
                    ? OpDef.ArgDef.newBuilder()
                            .setName(BodyArguments.free(slot.passed(), taken))
                            .setType(PassedTypes.type(nodes, slot.passed()))
                            .build()
                    : old.getSignature().getInputArg(slot.old());
            signature.addInputArg(argument);
            String seen = slot.old() < 0 ? slot.passed() : body.arguments().get(slot.old());
            arguments.putIfAbsent(seen, argument.getName());
            if (slot.old() >= 0 && old.containsArgAttr(slot.old())) {
                built.putArgAttr(i, old.getArgAttrOrThrow(slot.old()));
            }
        }
        members.values().forEach(member -> built.addNodeDef(member(member, arguments)));
        results(built, slots, arguments);
        shapes(built, slots);
        returned(true).map(Input::node).filter(members::containsKey).forEach(ran -> {
            signature.addControlOutput(local(ran));
            built.putControlRet(local(ran), local(ran));
        });
        return built.build();
    }

    private void results(FunctionDef.Builder built, List<BodyArguments.Slot> slots, Map<String, String> arguments) {
        OpDef old = body.function().getSignature();
        OpDef.Builder signature = built.getSignatureBuilder().clearOutputArg();
        Deque<String> results = new ArrayDeque<>(results());
        Set<String> taken = new HashSet<>();
        old.getOutputArgList().forEach(argument -> taken.add(argument.getName()));
        signature.getInputArgList().forEach(argument -> taken.add(argument.getName()));
        boolean turns = fork.branching().turns(body.word());
        int count = turns ? slots.size() : old.getOutputArgCount();
        for (int i = 0; i < count; i++) {
            boolean kept = !turns || slots.get(i).old() == i;
            boolean handedOn = turns && !(kept && !fork.stays().get(i));
            OpDef.ArgDef input = turns ? signature.getInputArg(i) : OpDef.ArgDef.getDefaultInstance();
            OpDef.ArgDef result = kept
                    ? old.getOutputArg(i)
                    : input.toBuilder()
                            .setName(BodyArguments.free(input.getName(), taken))
                            .build();
            built.putRet(result.getName(), handedOn ? input.getName() : reference(results.remove(), arguments));
            signature.addOutputArg(result);
        }
    }

    /** Python writes the shapes of a function's arguments under their indices. */
    private static void shapes(FunctionDef.Builder built, List<BodyArguments.Slot> slots) {
        String key = "_input_shapes";
        AttrValue.ListValue old =
                built.getAttrOrDefault(key, AttrValue.getDefaultInstance()).getList();
        if (old.getShapeCount() > 0) {
            built.putAttr(key, BodyArguments.shapes(old, slots));
        }
    }

    private NodeDef member(NodeDef node, Map<String, String> arguments) {
        NodeDef.Builder built = node.toBuilder().setName(local(node.getName())).clearInput();
        for (String name : node.getInputList()) {
            Input input = Input.parse(name);
            if (!input.control()) {
                built.addInput(reference(name, arguments));
            } else if (members.containsKey(input.node())) {
                built.addInput("^" + local(input.node()));
            }
        }
        return built.build();
    }

    private String reference(String name, Map<String, String> arguments) {
        String argument = arguments.get(name);
        if (argument != null) {
            return argument;
        }
        Input input = Input.parse(name);
        NodeDef node = members.get(input.node());
        if (node == null) {
            throw new IllegalStateException(name + " is neither in the body " + prefix + " nor passed to it");
        }
        return local(input.node()) + ":" + OutputNames.of(node, input.port());
    }

    private String local(String name) {
        return name.substring(prefix.length());
    }
}
