package dev.lancet.dsl;

import static dev.lancet.Lancet.classes;
import static dev.lancet.Lancet.cls;
import static dev.lancet.Lancet.gelu;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.maskedToken;
import static dev.lancet.Lancet.noPositions;
import static dev.lancet.Lancet.outputNorm;
import static dev.lancet.Lancet.postNorm;
import static dev.lancet.Lancet.rmsNorm;
import static dev.lancet.Lancet.rotary;
import static dev.lancet.Lancet.sandwichNorm;
import static dev.lancet.Lancet.swiglu;
import static dev.lancet.Lancet.tanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts that encoders and further decoders have. */
class TransformerPartsTest {

    private static TransformerBuilder miniLm() {
        return Transformer.encoder("minilm")
                .vocabulary(30_522)
                .context(512)
                .width(384)
                .layers(6)
                .attention(heads(12).bias())
                .feedForward(gelu(1536))
                .tokenTypes(2)
                .embeddingNorm(layerNorm(1e-12));
    }

    @Test
    void an_encoder_has_the_weights_of_bert_and_prints_its_declaration() {
        Transformer encoder = miniLm().build();
        // all-MiniLM-L6-v2 without its pooler, 384 · 384 + 384.
        assertThat(encoder.parameters()).isEqualTo(22_713_216 - 147_840);
        assertThat(encoder).hasToString("""
                        Transformer.encoder("minilm")
                            .vocabulary(30522).context(512)
                            .width(384).layers(6)
                            .attention(heads(12).headWidth(32).bias().twoWay())
                            .feedForward(gelu(1536))
                            .norm(layerNorm(1.0E-12)).position(learned()).tiedHead()
                            .tokenTypes(2).embeddingNorm(layerNorm(1.0E-12))""");
        assertThat(encoder.weights().stream().map(Weight::name))
                .contains("tokenType", "embedding.norm.bias", "h.5.attn.outnorm.gain", "h.5.mlp.outnorm.bias")
                .doesNotContain("norm.gain", "h.0.attn.norm.gain", "head");
        assertThat(encoder.continuesText()).isFalse();
    }

    @Test
    void every_part_of_a_decoder_prints_the_words_that_make_it() {
        Transformer decoder = Transformer.decoder("parts")
                .vocabulary(50)
                .context(32)
                .width(24)
                .layers(4)
                .attention(heads(2).wideQkNorm(rmsNorm(1e-6)).scale(0.5).cap(50))
                .feedForward(swiglu(40))
                .norm(rmsNorm(1e-6).plusOne())
                .position(rotary(10_000).width(4))
                .residual(sandwichNorm().scale(0.25))
                .embeddingScale(4)
                .head(Head.nextToken().scale(0.125).cap(30))
                .variant(8, noPositions(), 0, 2)
                .build();
        assertThat(decoder).hasToString("""
                        Transformer.decoder("parts")
                            .vocabulary(50).context(32)
                            .width(24).layers(4)
                            .attention(heads(2).headWidth(12).wideQkNorm(rmsNorm(1.0E-6)).scale(0.5).cap(50.0))
                            .feedForward(swiglu(40))
                            .norm(rmsNorm(1.0E-6).plusOne()).position(rotary(10000.0).width(4)).tiedHead()
                            .residual(sandwichNorm().scale(0.25))
                            .embeddingScale(4.0)
                            .head(nextToken().scale(0.125).cap(30.0))
                            .variant(8, noPositions(), 0, 2)""");
        assertThat(decoder.window(2)).isEqualTo(8);
        assertThat(decoder.window(3)).isZero();
    }

    @Test
    void a_causal_window_as_long_as_the_context_is_none() {
        assertThat(decoder().attention(heads(2).window(31)).build().window(0)).isEqualTo(31);
        assertThat(decoder().attention(heads(2).window(32)).build())
                .isEqualTo(decoder().attention(heads(2)).build());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        miniLm().head(Head.nextToken()),
                        "head: nextToken() cannot follow two-way attention, which sees the next token; choose for example"
                                + " maskedToken(gelu())"),
                mistake(
                        decoder().head(maskedToken(gelu())),
                        "head: maskedToken(gelu()) needs attention that sees all tokens; add .twoWay() to it, or choose"
                                + " nextToken()"),
                mistake(
                        decoder().head(classes(2, cls(), tanh())),
                        "head: classes(2, cls(), tanh()) needs attention that sees all tokens; add .twoWay() to it, or"
                                + " choose nextToken()"),
                mistake(
                        decoder().residual(outputNorm()).firstNorm(layerNorm(1e-5)),
                        "embedding: firstNorm(...) leaves out the norm before the first attention, but outputNorm() has none"
                                + " there; use embeddingNorm(...)"),
                mistake(
                        decoder().position(rotary(100).width(14)),
                        "rotary: width 14 exceeds the head width 12; choose a smaller one"),
                mistake(decoder().variant(4, rotary(100), 1, 2), "blocks: block 2 is named, but the last of 2 is 1"),
                mistake(
                        decoder().position(learned()).variant(4, rotary(100), 1),
                        "blocks: rotary(100.0) beside learned positions; use noPositions() for blocks that rotate nothing"));
    }

    private static TransformerBuilder decoder() {
        return Transformer.decoder("mini")
                .vocabulary(50)
                .context(32)
                .width(24)
                .layers(2)
                .attention(heads(2))
                .feedForward(swiglu(40));
    }

    private static Arguments mistake(TransformerBuilder builder, String message) {
        return Arguments.of(builder, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void parts_that_do_not_fit_together_are_named(TransformerBuilder builder, String message) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }

    @Test
    void parts_check_themselves() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> postNorm().inParallel())
                .withMessage("residual: postNorm() normalizes the sum of each half, so the halves cannot be parallel");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rmsNorm(1e-5).withoutBias())
                .withMessage("norm: rmsNorm has no bias; leave out withoutBias()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heads(2).window(3).twoWay())
                .withMessage(
                        "attention: window 3 of two-way attention; it has two equal sides, so choose an even number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoder().variant(4, rotary(100), 1, 0))
                .withMessage("blocks: [1, 0]; number them from 0, ascending, each once");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Head.nextToken().cap(-1))
                .withMessage("head: cap -1.0; it must be positive, or 0 for none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoder().tokenTypes(-1))
                .withMessage("embedding: -1 token types; there may be 0 to 65536");
    }
}
