package dev.lancet.tests.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Codes and scales of a trained model against an independent implementation, one by one. */
class StoriesCodesTest {

    /** The reference keeps scales in float64, Lancet in float32. */
    private static final Percentage FLOAT_ROUNDING = withinPercentage(1e-5);

    private final StoriesReference stories;

    StoriesCodesTest() throws IOException {
        stories = new StoriesReference();
    }

    @Test
    void int8_codes_and_scales_of_whole_channels_are_those_of_the_reference() {
        for (JsonNode sample : samples()) {
            Matrix matrix = stories.inOut(sample.path("weight").stringValue());
            int channel = sample.path("row").asInt();
            List<HostTensor> arrays = pack(matrix, Precision.int8(), StoredMatrix.Channels.COLUMNS);

            assertThat((double) arrays.get(1).floats()[channel])
                    .isCloseTo(sample.path("int8_scale").asDouble(), FLOAT_ROUNDING);
            byte[] codes = arrays.get(0).toArray();
            for (int i = 0; i < matrix.rows(); i++) {
                assertThat((int) codes[i * matrix.columns() + channel])
                        .isEqualTo(sample.path("int8_codes").path(i).asInt());
            }
        }
    }

    @Test
    void int4_codes_and_scales_are_those_of_the_reference_also_in_the_short_last_group() {
        for (JsonNode sample : samples()) {
            Matrix matrix = stories.inOut(sample.path("weight").stringValue());
            int channel = sample.path("row").asInt();
            List<HostTensor> arrays = pack(matrix, Precision.int4(32), StoredMatrix.Channels.COLUMNS);
            JsonNode scales = sample.path("int4_scales");
            assertThat(arrays.get(1).spec().shape()).containsExactly(scales.size(), matrix.columns());
            for (int g = 0; g < scales.size(); g++) {
                assertThat((double) arrays.get(1).floats()[g * matrix.columns() + channel])
                        .isCloseTo(scales.path(g).asDouble(), FLOAT_ROUNDING);
            }
            byte[] codes = arrays.get(0).toArray();
            for (int i = 0; i < matrix.rows(); i++) {
                int pair = codes[(i / 2) * matrix.columns() + channel];
                int code = ((i % 2 == 0 ? pair : pair >> 4) & 15) - 8;
                assertThat(code).isEqualTo(sample.path("int4_codes").path(i).asInt());
            }
        }
    }

    @Test
    void a_matrix_stored_the_other_way_round_has_the_same_codes() {
        for (JsonNode sample : samples()) {
            Matrix matrix = stories.outIn(sample.path("weight").stringValue());
            int channel = sample.path("row").asInt();
            byte[] codes = pack(matrix, Precision.int8(), StoredMatrix.Channels.ROWS)
                    .get(0)
                    .toArray();
            for (int i = 0; i < matrix.columns(); i++) {
                assertThat((int) codes[channel * matrix.columns() + i])
                        .isEqualTo(sample.path("int8_codes").path(i).asInt());
            }
        }
    }

    private JsonNode samples() {
        JsonNode samples = stories.expected().path("quant_sample");
        assertThat(samples.size()).isEqualTo(4);
        return samples;
    }

    private static List<HostTensor> pack(Matrix matrix, Precision precision, StoredMatrix.Channels channels) {
        return Quantizer.pack(new StoredMatrix("w", matrix.rows(), matrix.columns(), precision, channels), matrix);
    }
}
