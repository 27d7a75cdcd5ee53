package dev.lancet.runtime.text.instruction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Puts examples into sequences: the longest first, each into the sequence that has the least room left for it (best fit
 * decreasing). The same examples always give the same sequences.
 */
final class ExamplePacking {

    private ExamplePacking() {}

    /** Sequences of one example each. */
    static List<List<EncodedExample>> single(List<EncodedExample> examples) {
        return examples.stream().map(List::of).toList();
    }

    /** Sequences of at most {@code places} inputs. No example may be longer. */
    static List<List<EncodedExample>> packed(List<EncodedExample> examples, int places) {
        List<List<EncodedExample>> sequences = new ArrayList<>();
        TreeMap<Integer, List<Integer>> byRoom = new TreeMap<>();
        IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -examples.get(i).places()))
                .forEach(i -> {
                    EncodedExample example = examples.get(i);
                    Map.Entry<Integer, List<Integer>> fit = byRoom.ceilingEntry(example.places());
                    int sequence = fit == null
                            ? sequences.size()
                            : fit.getValue().remove(fit.getValue().size() - 1);
                    int room = fit == null ? places : fit.getKey();
                    if (fit == null) {
                        sequences.add(new ArrayList<>());
                    } else if (fit.getValue().isEmpty()) {
                        byRoom.remove(fit.getKey());
                    }
                    sequences.get(sequence).add(example);
                    byRoom.computeIfAbsent(room - example.places(), any -> new ArrayList<>())
                            .add(sequence);
                });
        return sequences;
    }
}
