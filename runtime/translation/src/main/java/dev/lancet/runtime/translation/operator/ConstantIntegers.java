package dev.lancet.runtime.translation.operator;

import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Lists of integers that are known before a graph runs: constants, and what Keras joins from constants. */
final class ConstantIntegers {

    /** The longest list. Shapes, axes and bounds are shorter. */
    private static final int LONGEST = 64;

    /** A graph of a stranger may join the same node with itself again and again. */
    private static final int MOST_NODES = 256;

    private int visited;

    private ConstantIntegers() {}

    /** The integers of the first output of a node, in row-major order, or empty if they are not known. */
    static Optional<List<Long>> of(Node node) {
        return new ConstantIntegers().read(node);
    }

    private Optional<List<Long>> read(Node node) {
        if (++visited > MOST_NODES) {
            return Optional.empty();
        }
        int inputs = node.dataInputs().size();
        return switch (node.op()) {
            case "Pack" -> joined(node, inputs).filter(all -> all.size() == inputs);
            case "ConcatV2" -> joinsRows(node, inputs) ? joined(node, inputs - 1) : Optional.empty();
            case "Range" -> joined(node, inputs).flatMap(ConstantIntegers::range);
            default -> ConstantTensors.shortIntegers(node);
        };
    }

    /** Along the first axis, row-major order is that of the parts one after another. */
    private static boolean joinsRows(Node concat, int inputs) {
        return inputs > 0
                && concat.producer(inputs - 1)
                        .flatMap(ConstantTensors::shortIntegers)
                        .filter(axis -> axis.equals(List.of(0L)))
                        .isPresent();
    }

    private Optional<List<Long>> joined(Node node, int inputs) {
        List<Long> all = new ArrayList<>();
        for (int i : IntStream.range(0, inputs).toArray()) {
            Optional<List<Long>> part = node.producer(i)
                    .filter(one -> node.dataInputs().get(i).port() == 0)
                    .flatMap(this::read);
            if (part.isEmpty() || all.size() + part.get().size() > LONGEST) {
                return Optional.empty();
            }
            all.addAll(part.get());
        }
        return Optional.of(all);
    }

    private static Optional<List<Long>> range(List<Long> bounds) {
        if (bounds.size() != 3 || bounds.get(2) == 0) {
            return Optional.empty();
        }
        long step = bounds.get(2);
        long end = bounds.get(1);
        return Optional.of(LongStream.iterate(
                                bounds.get(0), value -> step > 0 ? value < end : value > end, value -> value + step)
                        .limit(LONGEST + 1L)
                        .boxed()
                        .toList())
                .filter(all -> all.size() <= LONGEST);
    }
}
