package dev.lancet.runtime.translation.operator;

import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Lists of integers that are known before a graph runs: constants, and what Keras joins from constants. */
final class KnownIntegers {

    private static final int LONGEST = 64;
    private static final int DEEPEST = 16;

    private KnownIntegers() {}

    /** The integers of the first output of a node, in row-major order, or empty if they are not known. */
    static Optional<List<Long>> of(Node node) {
        return of(node, 0);
    }

    private static Optional<List<Long>> of(Node node, int depth) {
        if (depth > DEEPEST) {
            return Optional.empty();
        }
        int inputs = node.dataInputs().size();
        return switch (node.op()) {
            case "Pack" -> joined(node, inputs, depth).filter(all -> all.size() == inputs);
            case "ConcatV2" -> joined(node, inputs - 1, depth);
            case "Range" -> joined(node, inputs, depth).flatMap(KnownIntegers::range);
            default -> ConstantTensors.shortIntegers(node);
        };
    }

    private static Optional<List<Long>> joined(Node node, int inputs, int depth) {
        List<Long> all = new ArrayList<>();
        for (int i : IntStream.range(0, inputs).toArray()) {
            Optional<List<Long>> part = node.producer(i)
                    .filter(one -> node.dataInputs().get(i).port() == 0)
                    .flatMap(one -> of(one, depth + 1));
            if (part.isEmpty()) {
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
