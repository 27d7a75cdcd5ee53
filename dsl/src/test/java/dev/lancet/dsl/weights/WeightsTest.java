package dev.lancet.dsl.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsTest {

    private static final ArraySpec PAIR = new ArraySpec("h.0.attn.q", ArraySpec.Type.FLOAT32, List.of(1, 2));
    private static final ArraySpec CODES = new ArraySpec("codes", ArraySpec.Type.INT8, List.of(3));

    private final Weights weights = Weights.of(
            List.of(HostTensor.of(PAIR, new float[] {1, -2.5f}), HostTensor.of(CODES, new byte[] {1, 2, -3})));

    @Test
    void arrays_come_back_in_order_as_they_went_in() {
        assertThat(weights.arrays()).containsExactly(PAIR, CODES);
        assertThat(weights.read("h.0.attn.q").floats()).containsExactly(1, -2.5f);
        assertThat(weights.read("codes").toArray()).containsExactly(1, 2, -3);
        assertThat(weights.bytes()).isEqualTo(11);
        List<HostTensor> copied = new ArrayList<>();
        weights.copyTo(copied::add);
        assertThat(copied).extracting(HostTensor::name).containsExactly("h.0.attn.q", "codes");
    }

    @Test
    void floats_are_little_endian_and_a_view_is_read_only() {
        ByteBuffer bytes = weights.read("h.0.attn.q").bytes();
        assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.isReadOnly()).isTrue();
        assertThat(bytes.getFloat(4)).isEqualTo(-2.5f);
    }

    @Test
    void a_missing_array_is_named_with_those_near_it() {
        assertThatThrownBy(() -> weights.read("h.0.attn.k"))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("weights: no 'h.0.attn.k'; near it: ")
                .hasMessageContaining("h.0.attn.q");
    }

    @Test
    void an_array_of_another_shape_than_the_plan_says_is_named() {
        Plan plan = Plan.dense("tiny", List.of(new Weight("h.0.attn.q", Role.QUERY, 0, 2, 1)));
        assertThatThrownBy(() -> weights.require(plan))
                .isInstanceOf(LancetException.class)
                .hasMessage("weights: found h.0.attn.q FLOAT32 [1, 2] where tiny needs h.0.attn.q FLOAT32 [2, 1]");
    }

    @Test
    void additional_arrays_are_allowed() {
        Plan plan = Plan.dense("tiny", List.of(new Weight("h.0.attn.q", Role.QUERY, 0, 1, 2)));
        weights.require(plan);
        Plan more = Plan.dense("tiny", List.of(new Weight("h.1.attn.q", Role.QUERY, 1, 1, 2)));
        assertThatThrownBy(() -> weights.require(more)).hasMessageStartingWith("weights: no 'h.1.attn.q'");
    }

    @Test
    void the_same_name_twice_is_refused() {
        HostTensor tensor = HostTensor.of(CODES, new byte[3]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Weights.of(List.of(tensor, tensor)))
                .withMessage("weights: 'codes' was given twice; give each array once");
    }

    @Test
    void content_that_does_not_fill_its_shape_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostTensor.of(PAIR, new byte[7]))
                .withMessage("tensor: 7 bytes for h.0.attn.q FLOAT32 [1, 2]; it takes 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostTensor.of(CODES, new byte[3]).floats())
                .withMessage("tensor: codes INT8 [3] does not hold floats");
    }

    @Test
    void more_than_one_array_can_hold_is_an_error_that_says_so() {
        ArraySpec large = new ArraySpec("embedding", ArraySpec.Type.FLOAT32, List.of(600_000, 1024));
        assertThatThrownBy(() -> HostTensor.of(large, new float[0]))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("embedding FLOAT32 [600000, 1024] takes 2457600000 bytes");
    }
}
