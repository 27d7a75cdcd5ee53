package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.proto.DataType;

/**
 * Causal attention without the products that the mask hides: the queries are split into tiles, and each tile is
 * multiplied only with the keys up to its own end. With n tiles, the scores are (n + 1) / 2n of the full size, and so is
 * the work on them, forward and backward.
 *
 * <pre>
 * scores        = BatchMatMulV2(q, k) adj_y
 * masked        = &#64;mask(scores, attention_mask)
 * probabilities = Softmax(masked)
 * mix           = BatchMatMulV2(probabilities, v)
 *
 * becomes, with T / n queries and the first K = (i + 1) · T / n keys in tile i:
 *
 * q.tiles         = Split(q)                                              n outputs
 * k.tile.i        = Slice(k, K), and so v.tile.i and attention_mask.tile.i
 * scores.i        = BatchMatMulV2(q.tiles:i, k.tile.i) adj_y
 * masked.i        = &#64;mask.tile.i(scores.i, attention_mask.tile.i)
 * probabilities.i = Softmax(masked.i)
 * mix.i           = BatchMatMulV2(probabilities.i, v.tile.i)
 * mix             = ConcatV2(mix.0, ..., mix.n-1)
 * </pre>
 *
 * If several heads share keys, their queries follow one another in one tensor; each head is tiled in the same way. A tile
 * has at least 128 queries, because products with fewer are too small to be fast.
 */
final class CausalTiles implements Rule {

    /** The names of the mask functions and their derivatives contain this word. */
    static final String FUNCTION = "mask.tile.";

    private static final int MOST = 4;
    private static final int LEAST = 128;

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of(
                "mix of values by the softmax of masked scores",
                node -> node.is("BatchMatMulV2")
                        && !node.flag("adj_x")
                        && !node.flag("adj_y")
                        && shares(node).isPresent());
    }

    private static Optional<Node> shares(Node mix) {
        return NodeQueries.from(mix, 0, "Softmax")
                .filter(shares -> mask(shares).filter(CausalTiles::isMask).isPresent());
    }

    private static Optional<Node> mask(Node shares) {
        return NodeQueries.from(shares, 0, "PartitionedCall");
    }

    private static boolean isMask(Node mask) {
        return NodeQueries.called(mask).equals("mask")
                && NodeQueries.from(mask, 0, "BatchMatMulV2")
                        .filter(scores -> scores.flag("adj_y") && !scores.flag("adj_x"))
                        .isPresent();
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        Node shares = shares(site).orElseThrow();
        Node mask = mask(shares).orElseThrow();
        Node scores = NodeQueries.from(mask, 0, "BatchMatMulV2").orElseThrow();
        if (!causal(mask)) {
            return new Refusal(site.name() + ": its mask is not known to be causal");
        }
        if (shares.uses().size() + mask.uses().size() + scores.uses().size() > 3) {
            return new Refusal(site.name() + ": other nodes use its scores or attention probabilities");
        }
        long length = NodeQueries.taken(mask, 1, DataType.DT_BOOL).dim(1);
        return IntStream.iterate(MOST, n -> n > 1, n -> n - 1)
                .filter(n -> length % n == 0 && length / n >= LEAST)
                .boxed()
                .findFirst()
                .<Verdict>map(n -> new TiledAttention(site, shares, mask, scores, n).incision())
                .orElseGet(() -> new Refusal(site.name() + ": " + length + " positions are too few for tiling"));
    }

    /** Whether no query attends to a key after its own position, with or without a sliding window. */
    private static boolean causal(Node mask) {
        return NodeQueries.from(mask, 1, "LogicalAnd")
                .flatMap(both -> NodeQueries.from(both, 0, "LessEqual"))
                .or(() -> NodeQueries.from(mask, 1, "LessEqual"))
                .filter(past -> NodeQueries.from(past, 0, "Range")
                        .filter(keys -> keys.name().equals("keys"))
                        .isPresent())
                .filter(past -> NodeQueries.from(past, 1, "Reshape")
                        .filter(queries -> queries.name().equals("queries.column"))
                        .isPresent())
                .isPresent();
    }

    @Override
    public String toString() {
        return "causal tiles";
    }
}
