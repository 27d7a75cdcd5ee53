package dev.lancet.dsl;

import java.util.Optional;

/** Which parts of a transformer fit together, and which of them a declaration must name. */
final class TransformerChecks {

    private TransformerChecks() {}

    /** Checks parts that depend on one another. */
    static void parts(
            int layers,
            Attention attention,
            Position position,
            Residual residual,
            InputEmbedding embedding,
            Head head,
            Optional<BlockVariant> variant) {
        Check.that(
                head instanceof Head.NextToken != attention.bidirectional() || head instanceof Head.TextVector,
                attention.bidirectional()
                        ? "head: nextToken() cannot follow two-way attention, which sees the next token; choose for example"
                                + " maskedToken(gelu())"
                        : "head: %s needs attention that sees all tokens; add .twoWay() to it, or choose nextToken()",
                head);
        Check.that(
                !embedding.replacesFirstNorm() || residual.norms() == Residual.Norms.BEFORE,
                "embedding: firstNorm(...) leaves out the norm before the first attention, but %s has none there; use"
                        + " embeddingNorm(...)",
                residual);
        rotation(position, attention.headWidth());
        variant.ifPresent(some -> {
            rotation(some.position(), attention.headWidth());
            int last = some.blocks().get(some.blocks().size() - 1);
            Check.that(last < layers, "blocks: block %d is named, but the last of %d is %d", last, layers, layers - 1);
            Check.that(
                    !attention.bidirectional() || some.window() % 2 == 0,
                    "blocks: window %d of two-way attention; it has two equal sides, so choose an even number",
                    some.window());
            Check.that(
                    !(position instanceof Position.Learned) || some.position() instanceof Position.None,
                    "blocks: %s beside learned positions; use noPositions() for blocks that rotate nothing",
                    some.position());
        });
    }

    private static void rotation(Position position, int headWidth) {
        if (position instanceof Position.Rotary rotary) {
            Check.that(
                    rotary.width() <= headWidth,
                    "rotary: width %d exceeds the head width %d; choose a smaller one",
                    rotary.width(),
                    headWidth);
        }
    }

    /** The words of a declaration that are not said for every transformer. */
    static String words(Transformer model) {
        Residual usual = model.attention().bidirectional() ? Residual.postNorm() : Residual.preNorm();
        Head expected = model.attention().bidirectional()
                ? Head.textVector(Pooling.MEAN).normalized()
                : Head.nextToken();
        StringBuilder words = new StringBuilder();
        if (!model.residual().equals(usual)) {
            words.append("\n    .residual(").append(model.residual()).append(")");
        }
        if (!model.embedding().equals(InputEmbedding.plain())) {
            words.append("\n    ").append(model.embedding());
        }
        if (!model.head().equals(expected)) {
            words.append("\n    .head(").append(model.head()).append(")");
        }
        model.variant().ifPresent(some -> words.append("\n    .").append(some));
        return words.toString();
    }
}
