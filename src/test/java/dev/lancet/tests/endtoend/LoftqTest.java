package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that begin with what rounding loses (LoftQ). */
class LoftqTest {

    private static final Fixture STORIES = Fixture.named("stories260K-hf");

    @TempDir
    private Path folder;

    private static Compression with(Adapter adapter) {
        return Compression.keepAll().on(linears()).quantize(int4(32), adapter);
    }

    @Test
    void the_adapters_bring_the_model_nearer_to_the_original_then_train_save_and_merge() {
        try (Model model = Model.open(STORIES.folder());
                Model untrained = model.compress(with(lora(8)));
                Model started = model.compress(with(lora(8).loftq()))) {
            float[] exact = model.logits(STORIES.inputIds());
            float[] before = started.logits(STORIES.inputIds());
            assertThat(distance(before, exact)).isLessThan(distance(untrained.logits(STORIES.inputIds()), exact));
            for (int i = 0; i < started.losses().size(); i++) {
                assertThat(started.losses().get(i).relativeFrobenius())
                        .isLessThan(untrained.losses().get(i).relativeFrobenius());
            }
            started.save(folder.resolve("started"));
            try (Model again = Model.open(folder.resolve("started"))) {
                assertThat(again.plan()).isEqualTo(started.plan());
                assertThat(again.logits(STORIES.inputIds())).containsExactly(before);
            }
            started.train(
                    new Random(5).ints(4_000, 3, 40).toArray(),
                    new int[0],
                    adamW(4, 5e-3).batch(4).sequence(32));
            float[] trained = started.logits(STORIES.inputIds());
            double moved = distance(trained, before);
            assertThat(moved).isPositive();
            started.saveAdapters(folder.resolve("peft"));
            try (Model base = started.compress(started.plan());
                    Model merged = started.merge()) {
                assertThat(base.logits(STORIES.inputIds())).containsExactly(trained);
                assertThat(merged.plan().adapted()).isFalse();
                assertThat(distance(merged.logits(STORIES.inputIds()), trained)).isLessThan(distance(trained, exact));
            }
            assertThat(folder.resolve("peft/adapter_model.safetensors")).isNotEmptyFile();
        }
    }

    @Test
    void with_calibration_the_adapters_keep_the_outputs_of_the_layers() {
        int[] ids = new Random(5).ints(8 * 64, 3, 500).toArray();
        CalibrationData data = CalibrationData.draw(CalibrationData.windows(ids, 64), 6, 0);
        List<Fidelity> plain = calibrated(data, lora(8), "plain");
        List<Fidelity> started = calibrated(data, lora(8).loftq(), "started");
        for (int i = 0; i < plain.size(); i++) {
            assertThat(started.get(i).outputError().orElseThrow())
                    .as(started.get(i).weight())
                    .isLessThan(plain.get(i).outputError().orElseThrow());
        }
    }

    private List<Fidelity> calibrated(CalibrationData data, Adapter adapter, String name) {
        return new CalibratedCompression(ModelSource.open(STORIES.folder()), data, Progress.silent())
                .write(with(adapter), folder.resolve(name))
                .losses();
    }

    @Test
    void it_needs_codes_in_one_piece_without_a_correction() {
        Compression.Target target = Compression.keepAll().on(linears());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.adapt(lora(8).loftq()))
                .withMessageContaining("write quantize(nf4(64), lora(8).loftq())");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.factorise(rank(8), int4(32), lora(8).loftq()))
                .withMessageContaining("a matrix in one piece in 8 or 4 bits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.quantize(int4(32), correction(4), lora(8).loftq()))
                .withMessageContaining("correction(4) restores the same loss already");
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(sum);
    }
}
