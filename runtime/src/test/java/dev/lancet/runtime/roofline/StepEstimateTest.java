package dev.lancet.runtime.roofline;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepEstimateTest {

    private static final Transformer LLAMA = Transformer.preset("llama-2-7b");
    private static final Training TRAINING = adamW(10, 1e-3).batch(64);

    @TempDir
    private Path folder;

    private static TrainingWork work(Training training, int workers) {
        return TrainingWork.of(LLAMA, Plan.dense(LLAMA), training, workers);
    }

    private static StepEstimate on(String cluster, Training training, Arithmetic arithmetic) {
        ClusterHardware hardware = ClusterHardware.of(cluster, Optional.empty());
        return StepEstimate.of(hardware, work(training, hardware.workers()), arithmetic);
    }

    @Test
    void a_token_costs_what_the_formula_of_palm_says() {
        // 6 N + 12 L H Q T (PaLM, appendix B), with the matrices that are multiplied as N: 32 blocks and the head.
        double matrices = 32 * (4.0 * 4096 * 4096 + 3.0 * 4096 * 11008) + 4096 * 32000.0;
        double expected = 6 * matrices + 12 * 32 * 4096.0 * 4096;

        assertThat(work(TRAINING, 64).flops() / work(TRAINING, 64).tokens()).isEqualTo(expected);
        assertThat(expected).isEqualTo(3.0 * LLAMA.flopsPerToken());
        Training again = TRAINING.execution(TRAINING.execution().checkpointing(true));
        assertThat(work(again, 64).flops()).isEqualTo(work(TRAINING, 64).flops() * 4 / 3);
    }

    @Test
    void frozen_matrices_have_no_gradients_to_compute_and_to_send() {
        Plan adapted = Plan.of(LLAMA, Compression.keepAll().on(linears()).adapt(lora(8)));
        TrainingWork tuned = TrainingWork.of(LLAMA, adapted, TRAINING, 64);
        // Adapters of the 7 matrices in 32 blocks and of the head.
        long adapters = 8L * (32 * (4 * 2 * 4096 + 3 * (4096 + 11008)) + 4096 + 32000);

        assertThat(tuned.sent()).isEqualTo(2 * 63 * adapters * 4 / 64);
        // 2 N fewer for a token, as nothing frozen gets a gradient, but 6 for each weight of the adapters.
        double matrices = 32 * (4.0 * 4096 * 4096 + 3.0 * 4096 * 11008) + 4096 * 32000.0;
        assertThat(tuned.flops())
                .isEqualTo(work(TRAINING, 64).flops() + tuned.tokens() * (6.0 * adapters - 2 * matrices));
    }

    @Test
    void a_step_on_eight_machines_is_counted_by_hand() {
        StepEstimate estimate = on("8x8 h100", TRAINING, Arithmetic.BFLOAT16);
        double passes = work(TRAINING, 64).flops() / 989.4e12;
        double update = 8.0 * 4 * LLAMA.parameters() / 3.35e12;
        double network = 2.0 * 63 / 64 * 4 * LLAMA.parameters() / 50e9 + 2 * 63 * 50e-6;

        assertThat(estimate.passSeconds()).isCloseTo(passes, within(1e-9));
        assertThat(estimate.updateSeconds()).isCloseTo(update, within(1e-9));
        assertThat(estimate.networkSeconds()).isCloseTo(network, within(1e-6));
        // Gradients go out while the backward pass runs, which is two thirds of the passes.
        assertThat(estimate.waitedSeconds()).isCloseTo(network - passes * 2 / 3, within(1e-6));
        assertThat(estimate.seconds()).isCloseTo(passes / 3 + update + network, within(1e-6));
        assertThat(estimate.fits()).isFalse();
        assertThat(estimate.text()).contains("does not fit 80 GB, whatever the batch", "at least");
        assertThat(on("1x8 h200", TRAINING, Arithmetic.FLOAT32).networkSeconds())
                .isLessThan(network / 5);
    }

    @Test
    void a_single_device_sends_nothing_and_more_batches_hide_nothing_more() {
        assertThat(on("1x1 a100", TRAINING, Arithmetic.FLOAT32).networkSeconds())
                .isZero();
        Training summed = TRAINING.execution(TRAINING.execution().accumulate(4));
        StepEstimate once = on("8x8 a100", TRAINING, Arithmetic.BFLOAT16);
        StepEstimate often = on("8x8 a100", summed, Arithmetic.BFLOAT16);

        assertThat(often.passSeconds()).isCloseTo(4 * once.passSeconds(), within(1e-9));
        assertThat(often.waitedSeconds()).isCloseTo(once.waitedSeconds(), within(1e-9));
    }

    @Test
    void measured_rates_are_those_of_the_file() throws IOException {
        Path rates = Files.writeString(folder.resolve("rates.json"), """
                {"flops_per_s": 1e12, "memory_bytes_per_s": 1e10, "network_bytes_per_s": 2e9, "bench": "cluster"}
                """);
        ClusterHardware hardware = ClusterHardware.of("2x1 cpu", Optional.of(rates));
        StepEstimate estimate = StepEstimate.of(hardware, work(TRAINING, 2), Arithmetic.FLOAT32);

        assertThat(estimate.passSeconds()).isEqualTo(work(TRAINING, 2).flops() / 1e12);
        assertThat(estimate.waitedSeconds())
                .isEqualTo(estimate.networkSeconds())
                .isEqualTo(4.0 * LLAMA.parameters() / 2e9);
        assertThat(estimate.fits()).isTrue();
        assertThat(estimate.text()).contains("about");
    }

    @Test
    void unknown_hardware_is_refused_with_a_way_out() throws IOException {
        Path rates = Files.writeString(folder.resolve("rates.json"), "{\"flops_per_s\": 0}");

        assertThatThrownBy(() -> ClusterHardware.of("8 h100", Optional.empty()))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("cluster: '8 h100'; give machines");
        assertThatThrownBy(() -> ClusterHardware.of("8x8 b17", Optional.empty()))
                .hasMessageContaining("no rates of the device 'b17'; known are a100, h100, h200, l4");
        assertThatThrownBy(() -> ClusterHardware.of("2x1 cpu", Optional.empty()))
                .hasMessageContaining("lancet bench cluster --json");
        assertThatThrownBy(() -> ClusterHardware.of("2x1 h100", Optional.of(rates)))
                .hasMessageContaining("leave --rates out");
        assertThatThrownBy(() -> ClusterHardware.of("2x1 cpu", Optional.of(rates)))
                .hasMessageContaining("has no number 'flops_per_s' above 0");
        assertThatThrownBy(() -> ClusterHardware.of("0x1 h100", Optional.empty()))
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> work(TRAINING, 63)).hasMessageContaining("cannot be shared by 63 workers");
    }
}
