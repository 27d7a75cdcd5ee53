package dev.lancet.dsl;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TransformerTest {

    private static TransformerBuilder mini() {
        return Transformer.decoder("mini")
                .vocabulary(50)
                .context(32)
                .width(24)
                .layers(2)
                .attention(heads(4).kv(2))
                .feedForward(swiglu(40));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2-127m, 124439808",
        "gpt2-1.5b, 1557611200",
        "tinyllama-1.1b, 1100048384",
        "llama-2-7b, 6738415616",
        "llama-2-13b, 13015864320",
    })
    void presets_have_the_published_sizes(String name, long parameters) {
        Transformer preset = Transformer.preset(name);

        assertThat(preset.parameters()).isEqualTo(parameters);
        assertThat(preset.bytes()).isEqualTo(4 * parameters);
        assertThat(Presets.names()).contains(name);
    }

    @Test
    void an_unknown_preset_lists_the_known_presets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transformer.preset("gpt5"))
                .withMessage("preset: 'gpt5' is not known; choose one of gpt2-127m, gpt2-1.5b, tinyllama-1.1b,"
                        + " llama-2-7b,"
                        + " llama-2-13b");
        assertThat(Presets.find("GPT2-127M")).isPresent();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(b -> b.vocabulary(0), "vocabulary: 0; it must be positive"),
                mistake(b -> b.context(-1), "context: -1; it must be positive"),
                mistake(b -> b.width(0), "width: 0; it must be positive"),
                mistake(b -> b.layers(0), "layers: 0; it must be positive"),
                mistake(
                        b -> b.width(100).attention(heads(3)),
                        "attention: width 100 is not a multiple of 3 heads; change one of them or set headWidth"),
                mistake(
                        b -> b.attention(heads(8)),
                        "attention: head width 3 is odd; rotary positions rotate pairs, so choose an even width"));
    }

    private static Arguments mistake(UnaryOperator<TransformerBuilder> change, String message) {
        return Arguments.of(change, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void a_field_that_does_not_fit_is_named(UnaryOperator<TransformerBuilder> change, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(mini()).build())
                .withMessage(message);
    }

    @Test
    void a_missing_part_of_a_block_is_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transformer.decoder("x").build())
                .withMessage("attention: missing; add for example .attention(heads(8))");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transformer.decoder("x").attention(heads(2)).build())
                .withMessage("feedForward: missing; add for example .feedForward(swiglu(688))");
    }

    @Test
    void parts_check_themselves() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heads(0))
                .withMessage("attention: 0 heads; at least 1 is needed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heads(8).kv(3))
                .withMessage("attention: 8 heads cannot share 3 key/value heads evenly; choose a kv that"
                        + " divides heads");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heads(8).qkNorm(Norm.layerNorm(1e-5)))
                .withMessage(
                        "attention: qkNorm layerNorm(1.0E-5); only rmsNorm(epsilon) is built for queries and keys");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> heads(8).window(-1))
                .withMessage("attention: window -1; it must be positive, or 0 for all positions");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> swiglu(0))
                .withMessage("feed-forward: hidden width 0; it must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Norm.rmsNorm(0))
                .withMessage("norm: epsilon 0.0; it must be between 0 and 1, for example 1e-5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.rotary(1))
                .withMessage("rotary: theta 1.0; it must be greater than 1 and finite, usually 10000");
    }

    @Test
    void the_text_says_everything() {
        assertThat(mini().build()).hasToString("""
                        Transformer.decoder("mini")
                            .vocabulary(50).context(32)
                            .width(24).layers(2)
                            .attention(heads(4).kv(2).headWidth(6))
                            .feedForward(swiglu(40))
                            .norm(rmsNorm(1.0E-5)).position(rotary(10000.0)).tiedHead()""");
    }

    @Test
    void weights_come_in_the_order_of_the_forward_pass() {
        List<String> names = mini().position(learned()).layers(1).untiedHead().build().weights().stream()
                .map(Weight::name)
                .toList();

        assertThat(names)
                .containsExactly(
                        "embedding",
                        "position",
                        "h.0.attn.norm.gain",
                        "h.0.attn.q",
                        "h.0.attn.k",
                        "h.0.attn.v",
                        "h.0.attn.o",
                        "h.0.mlp.norm.gain",
                        "h.0.mlp.gate",
                        "h.0.mlp.up",
                        "h.0.mlp.down",
                        "norm.gain",
                        "head");
        assertThat(mini().build().weight("h.0.attn.k")).hasValue(new Weight("h.0.attn.k", Role.KEY, 0, 24, 12));
    }
}
