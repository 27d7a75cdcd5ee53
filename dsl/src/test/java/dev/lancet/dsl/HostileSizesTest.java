package dev.lancet.dsl;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.matching;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.plan.Plan;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sizes and numbers that would overflow later are refused where they are declared. */
class HostileSizesTest {

    private static TransformerBuilder small() {
        return Transformer.decoder("small")
                .vocabulary(32)
                .context(8)
                .width(8)
                .layers(1)
                .attention(heads(2))
                .feedForward(swiglu(16));
    }

    @Test
    void sizes_of_two_billion_are_refused() {
        List<TransformerBuilder> builders = List.of(
                small().vocabulary(Integer.MAX_VALUE),
                small().width(Integer.MAX_VALUE - 1),
                small().context(Integer.MAX_VALUE),
                small().feedForward(swiglu(Integer.MAX_VALUE)));
        for (TransformerBuilder builder : builders) {
            assertThatIllegalArgumentException()
                    .isThrownBy(builder::build)
                    .withMessageEndingWith("each may be at most 67108864");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adamW(10, 1e-3).batch(Integer.MAX_VALUE))
                .withMessage("batch: 2147483647 sequences of 1; a step takes at most 268435456 tokens");
    }

    @Test
    void infinite_numbers_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.rotary(Double.POSITIVE_INFINITY))
                .withMessage("rotary: theta Infinity; it must be greater than 1 and finite, usually 10000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.linearScaling(Double.POSITIVE_INFINITY))
                .withMessageContaining("finite");
    }

    @Test
    void a_predicate_that_fails_is_named_with_the_weight() {
        Compression rules = Compression.keepAll()
                .on(matching("mine", weight -> {
                    throw new IllegalStateException("no such layer");
                }))
                .quantize(int8());

        assertThatThrownBy(() -> Plan.of(small().build(), rules))
                .isInstanceOf(LancetException.class)
                .hasMessage("selector: matching(\"mine\") fails at embedding: java.lang.IllegalStateException: no such"
                        + " layer; correct its predicate");
        Plan.of(small().build(), Compression.keepAll().on(everything()).quantize(int8()));
    }
}
