package dev.lancet.runtime.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The inputs of a signature are told apart by their names. */
class TextSignatureInputsTest {

    private static SignatureDef.Builder of(long positions, String... names) {
        SignatureDef.Builder signature = SignatureDef.newBuilder();
        for (String name : names) {
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            shape.addDimBuilder().setSize(-1);
            shape.addDimBuilder().setSize(positions);
            signature.putInputs(
                    name,
                    TensorInfo.newBuilder()
                            .setDtype(DataType.DT_INT32)
                            .setTensorShape(shape)
                            .build());
        }
        return signature;
    }

    @Test
    void mask_and_types_are_recognized_and_the_rest_are_ids() {
        assertThat(TextSignatureInputs.of(
                        of(-1, "input_ids", "attention_mask", "token_type_ids").build(), "m"))
                .isEqualTo(new TextSignatureInputs(
                        "input_ids",
                        Optional.of("attention_mask"),
                        Optional.of("token_type_ids"),
                        OptionalInt.empty()));
        assertThat(TextSignatureInputs.of(of(32, "ids").build(), "m").positions())
                .hasValue(32);
    }

    @Test
    void two_inputs_for_ids_and_absurd_lengths_are_refused() {
        assertThatThrownBy(() -> TextSignatureInputs.of(of(-1, "a", "b").build(), "m"))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("inputs: m takes [a, b]; a text needs one input for its token ids");
        assertThatThrownBy(() -> TextSignatureInputs.of(of(1L << 40, "ids").build(), "m"))
                .isInstanceOf(LancetException.class)
                .hasMessage("inputs: 'ids' of m takes 1099511627776 positions, above the limit of 1048576");
    }
}
