package dev.lancet.dsl;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Blocks whose attention differs from that of the others, as in models that alternate between a sliding window and all
 * positions.
 *
 * @param blocks the numbers of these blocks, ascending
 * @param window the window of their attention, as {@link Attention#window()}, or 0 for all positions
 * @param position how they represent positions: rotary or none
 */
public record BlockVariant(List<Integer> blocks, int window, Position position) {

    public BlockVariant {
        blocks = List.copyOf(blocks);
        Check.that(!blocks.isEmpty(), "blocks: none named; name those that differ, or leave the variant out");
        Check.that(
                blocks.stream().sorted().distinct().toList().equals(blocks) && blocks.get(0) >= 0,
                "blocks: %s; number them from 0, ascending, each once",
                blocks);
        Check.that(window >= 0, "blocks: window %d; it must be positive, or 0 for all positions", window);
        Check.that(
                !(position instanceof Position.Learned),
                "blocks: learned positions are added to the embedding, so no block can have its own");
    }

    @Override
    public String toString() {
        return "variant(" + window + ", " + position + ", "
                + blocks.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")";
    }
}
