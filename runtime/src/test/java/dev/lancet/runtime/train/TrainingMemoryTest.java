package dev.lancet.runtime.train;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.memory.AvailableMemory;
import org.junit.jupiter.api.Test;

class TrainingMemoryTest {

    private static final Transformer MODEL = Transformer.decoder("model")
            .vocabulary(4096)
            .context(256)
            .width(256)
            .layers(6)
            .attention(heads(8))
            .feedForward(swiglu(688))
            .build();
    private static final Training TRAINING = adamW(10, 1e-3).batch(8).sequence(128);

    private static TrainingMemory of(Training training) {
        return TrainingMemory.of(MODEL, Plan.dense(MODEL), training, 128);
    }

    @Test
    void the_parts_are_those_that_one_counts_by_hand() {
        TrainingMemory memory = of(TRAINING);
        long parameters = MODEL.parameters();
        assertThat(memory.weights()).isEqualTo(4 * parameters);
        assertThat(memory.gradients()).isEqualTo(4 * parameters);
        assertThat(memory.moments()).isEqualTo(8 * parameters);
        assertThat(of(muon(10, 0.02).batch(8).sequence(128)).moments()).isEqualTo(4 * parameters);
        // Floats of a token before and after the products of a layer: attention 4 x 2 x 256, feed-forward 3 x (256 +
        // 688).
        double products = 6 * (4 * 2 * 256 + 3 * (256 + 688));
        assertThat((double) memory.activations() / (8 * 128 * 4)).isEqualTo(products + 6 * 8 * 128 + 4096);
    }

    @Test
    void a_smaller_batch_checkpointing_and_adapters_take_less() {
        assertThat(of(TRAINING.batch(4)).activations()).isEqualTo(of(TRAINING).activations() / 2);
        assertThat(of(TRAINING.execution(TRAINING.execution().checkpointing(true)))
                        .activations())
                .isLessThan(of(TRAINING).activations());
        Plan adapted =
                Plan.dense(MODEL).then(Compression.keepAll().on(linears()).adapt(lora(4)), Spectra.none());
        TrainingMemory tuned = TrainingMemory.of(MODEL, adapted, TRAINING, 128);
        assertThat(tuned.moments())
                .isEqualTo(2 * tuned.gradients())
                .isLessThan(of(TRAINING).moments() / 10);
    }

    @Test
    void a_batch_that_does_not_fit_is_told_with_the_figures_and_the_way_out() {
        TrainingMemory memory = new TrainingMemory(2_000_000_000L, 2_000_000_000L, 4_000_000_000L, 30_000_000_000L);
        AvailableMemory machine = new AvailableMemory(24_000_000_000L, 20_000_000_000L);
        assertThat(memory.warning(machine, TRAINING))
                .hasValue("memory: this training takes about 38.0 GB (weights 2.0 GB, gradients 2.0 GB, moments 4.0 GB,"
                        + " activations 30.0 GB), but only 20.0 GB are free; if it is too slow or is killed, take a"
                        + " smaller batch than 8 with accumulate(N), or checkpointing()");
        assertThat(memory.warning(new AvailableMemory(64_000_000_000L, 40_000_000_000L), TRAINING))
                .isEmpty();
        assertThat(memory.warning(new AvailableMemory(0, 0), TRAINING)).isEmpty();
        assertThatThrownBy(() -> memory.warning(new AvailableMemory(7_000_000_000L, 6_000_000_000L), TRAINING))
                .isInstanceOf(LancetException.class)
                .hasMessage("memory: weights, gradients and moments of the optimizer take 8.0 GB, but this machine has"
                        + " 7.0 GB; train a smaller model, or only adapters or factors of it");
    }

    @Test
    void this_machine_has_memory() {
        AvailableMemory here = AvailableMemory.now();
        assertThat(here.free()).isBetween(0L, here.total());
    }
}
