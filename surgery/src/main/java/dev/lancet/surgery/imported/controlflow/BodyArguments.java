package dev.lancet.surgery.imported.controlflow;

import dev.lancet.surgery.graph.Attributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** The arguments that a loop or branch passes to its bodies after surgery. */
final class BodyArguments {

    private BodyArguments() {}

    /**
     * One argument.
     *
     * @param passed the passed tensor
     * @param old its index among the old arguments, or -1 for a new one
     */
    record Slot(String passed, int old) {}

    /**
     * The new arguments of a loop or branch whose bodies use {@code wanted} tensors from outside. A removed argument
     * gives its place to a new one. The results of a loop have the same positions as its arguments, so if no new argument
     * is left, the place takes a tensor that is passed anyway.
     */
    static List<Slot> of(ControlFlowNode fork, Set<String> wanted, Predicate<String> there) {
        Deque<String> added = new ArrayDeque<>(wanted);
        added.removeAll(fork.captured());
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < fork.passed().size(); i++) {
            String passed = fork.passed().get(i);
            if (!fork.stays().get(i) || there.test(passed)) {
                slots.add(new Slot(passed, i));
            } else if (!added.isEmpty()) {
                slots.add(new Slot(added.remove(), -1));
            } else if (fork.branching().loop() && fork.stays().contains(false)) {
                slots.add(new Slot(fork.passed().get(fork.stays().indexOf(false)), -1));
            }
        }
        added.forEach(name -> slots.add(new Slot(name, -1)));
        return slots;
    }

    /**
     * A free name for an argument, in Python style: {@code dense/kernel.left.read} becomes {@code
     * dense_kernel_left_read}.
     */
    static String free(String passed, Set<String> taken) {
        String name = passed.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        StringBuilder free = new StringBuilder(name.matches("[a-z].*") ? name : "a" + name);
        while (!taken.add(free.toString())) {
            free.append('_');
        }
        return free.toString();
    }

    /** Updates the attributes of the node to its new arguments and functions. */
    static void describe(
            NodeDef.Builder node,
            ControlFlowNode fork,
            List<Slot> slots,
            List<DataType> types,
            Map<String, String> functions) {
        node.removeAttr("_read_only_resource_inputs");
        node.putAttr(fork.branching().loop() ? "T" : "Tin", Attributes.types(types));
        if (fork.branching().loop()) {
            AttrValue.ListValue old = node.getAttrOrDefault("output_shapes", AttrValue.getDefaultInstance())
                    .getList();
            if (old.getShapeCount() > 0) {
                node.putAttr("output_shapes", shapes(old, slots));
            }
            node.removeAttr(Attributes.SHAPES);
        }
        List<String> words = List.copyOf(fork.branching().bodies().keySet());
        for (Map.Entry<String, AttrValue> attribute :
                List.copyOf(node.getAttrMap().entrySet())) {
            String word = attribute.getKey();
            AttrValue value = attribute.getValue();
            if (functions.containsKey(word)) {
                node.putAttr(word, Attributes.of(renamed(value.getFunc(), functions.getOrDefault(word, ""))));
            } else if (word.equals("branches")) {
                AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
                for (int i = 0; i < words.size(); i++) {
                    list.addFunc(renamed(value.getList().getFunc(i), functions.getOrDefault(words.get(i), "")));
                }
                node.putAttr(word, AttrValue.newBuilder().setList(list).build());
            }
        }
    }

    /** The shapes of the remaining arguments; new ones have unknown shapes. */
    static AttrValue shapes(AttrValue.ListValue old, List<Slot> slots) {
        AttrValue.ListValue.Builder shapes = AttrValue.ListValue.newBuilder();
        slots.forEach(slot -> shapes.addShape(
                slot.old() >= 0 && slot.old() < old.getShapeCount() ? old.getShape(slot.old()) : unknown()));
        return AttrValue.newBuilder().setList(shapes).build();
    }

    private static NameAttrList renamed(NameAttrList function, String name) {
        return function.toBuilder().setName(name).build();
    }

    private static TensorShapeProto unknown() {
        return TensorShapeProto.newBuilder().setUnknownRank(true).build();
    }
}
