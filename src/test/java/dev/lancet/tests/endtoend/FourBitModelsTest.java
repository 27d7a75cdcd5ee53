package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.nf4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.runtime.Model;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Declared models with double quantized scales and zero points. */
class FourBitModelsTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final int[][] IDS = {{1, 403, 407, 261, 378, 408, 432, 417}};

    @TempDir
    private Path folder;

    private static Stream<Precision> precisions() {
        return Stream.of(
                nf4(64).doubleQuantized(),
                int4(64).doubleQuantized(),
                int4(32).asymmetric(),
                int4(32).asymmetric().doubleQuantized());
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void a_compressed_model_is_saved_and_opened_with_equal_logits(Precision precision) {
        try (Model model = Model.open(STORIES);
                Model small =
                        model.compress(Compression.keepAll().on(everything()).quantize(precision))) {
            float[] before = model.logits(IDS);
            float[] after = small.logits(IDS);
            assertThat(distance(before, after)).isBetween(1e-3, 0.5);
            small.save(folder.resolve("model"));
            try (Model again = Model.open(folder.resolve("model"))) {
                assertThat(again.plan()).isEqualTo(small.plan());
                assertThat(again.logits(IDS)).containsExactly(after);
            }
        }
    }

    /** The loss that the scales in bytes add is small beside the loss of 4 bits. */
    @Test
    void scales_in_bytes_cost_little_and_save_bytes() {
        try (Model model = Model.open(STORIES);
                Model floats =
                        model.compress(Compression.keepAll().on(linears()).quantize(nf4(32)));
                Model bytes = model.compress(Compression.keepAll().on(linears()).quantize(nf4(32).doubleQuantized()))) {
            float[] wanted = model.logits(IDS);
            double loss = distance(wanted, floats.logits(IDS));
            assertThat(distance(wanted, bytes.logits(IDS))).isLessThan(1.2 * loss);
            long saved = floats.plan().bytesAfter() - bytes.plan().bytesAfter();
            assertThat(saved).isPositive();
        }
    }

    @Test
    void adapters_are_trained_beside_double_quantized_layers() {
        Compression beside = Compression.keepAll().on(linears()).quantize(nf4(64).doubleQuantized(), lora(4));
        int[] ids = new int[2_000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 3 + i * 7 % 50;
        }
        try (Model model = Model.open(STORIES);
                Model adapted = model.compress(beside)) {
            byte[] scales = adapted.weights().read("h.0.attn.q.scale").toArray();
            adapted.train(ids, new int[0], adamW(5, 5e-3).batch(2).sequence(32));
            assertThat(adapted.log().orElseThrow().loss())
                    .isLessThan(adapted.log().orElseThrow().points().get(0).loss());
            assertThat(adapted.weights().read("h.0.attn.q.scale").toArray()).isEqualTo(scales);
        }
    }

    private static double distance(float[] one, float[] other) {
        double squares = 0;
        double size = 0;
        for (int i = 0; i < one.length; i++) {
            squares += Math.pow(one[i] - other[i], 2);
            size += Math.pow(one[i], 2);
        }
        return Math.sqrt(squares / size);
    }
}
