package dev.lancet.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.surgery.pass.Pass;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BenchTest {

    private static final Preset TINY = new Preset("tiny", Preset.llama("tiny", 1, 16, 2, 32, 64), 1);
    private static final Progress NOBODY = Progress.silent();

    @Test
    void a_published_model_is_measured_with_as_many_layers_as_fit() {
        Preset some = Preset.named("Llama-2-7B").sized(Optional.of(2), Optional.of(128), Optional.empty());
        assertThat(some.transformer().layers()).isEqualTo(2);
        assertThat(some.transformer().context()).isEqualTo(128);
        assertThat(some.transformer().width()).isEqualTo(4096);
        assertThat(some.batch()).isEqualTo(1);
        assertThatThrownBy(() -> some.sized(Optional.empty(), Optional.empty(), Optional.of(0)))
                .hasMessage("--batch: 0; at least 1 is needed");
    }

    @Test
    void presets_have_the_sizes_of_their_peers() {
        assertThat(Preset.named("s").transformer().parameters()).isEqualTo(6_843_648);
        assertThat(Preset.named("M").transformer().parameters()).isEqualTo(97_536_768);
        assertThat(MemoryBench.MODEL.parameters()).isEqualTo(110_119_680);
        assertThatThrownBy(() -> Preset.named("L"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--preset: L; choose S, M or one of gpt2-127m, gpt2-1.5b, tinyllama-1.1b, llama-2-7b,"
                        + " llama-2-13b");
    }

    @Test
    void a_rank_factors_every_linear_layer_but_the_head() {
        Plan plan = TINY.plan(4, Precision.float32());

        assertThat(plan.changed()).hasSize(7).allSatisfy(step -> assertThat(step.rank())
                .hasValue(4));
        assertThat(plan.step("head").keeps()).isTrue();
        assertThat(TINY.plan(4, Precision.int8()).step("head").precision()).isEqualTo(Precision.int8());
        assertThatThrownBy(() -> TINY.plan(9, Precision.float32()))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("break");
    }

    @Test
    void training_is_measured() {
        BenchmarkCase benchmark = new BenchmarkCase(TINY, 4, Precision.float32(), 3);
        Map<String, Object> fields = TrainingBench.run(benchmark, NOBODY).fields();

        plausible(fields, benchmark);
        assertThat(fields)
                .containsEntry("bench", "train")
                .containsEntry("seq", 256)
                .containsEntry("batch", 1);
        assertThat(number(fields, "tokens_per_s")).isPositive();
        assertThat((List<?>) Objects.requireNonNull(fields.get("loss"))).hasSize(2);
        assertThat(fields).doesNotContainKey("allocator_peak_mb");
        assertThatThrownBy(() -> TrainingBench.run(new BenchmarkCase(TINY, 0, Precision.int8(), 3), NOBODY))
                .hasMessage("train: int8 weights are frozen; add adapters to train, for example --lora 8");
    }

    @Test
    void training_of_adapters_is_measured_beside_random_codes() {
        for (Precision precision : List.of(
                Precision.int8(),
                Precision.int4(16),
                Precision.nf4(16),
                Precision.int4(16).asymmetric().doubleQuantized())) {
            BenchmarkCase benchmark = new BenchmarkCase(TINY, 0, precision, 2, 2);
            Map<String, Object> fields = TrainingBench.run(benchmark, NOBODY).fields();

            plausible(fields, benchmark);
            assertThat(fields)
                    .containsEntry("lora", 2)
                    .containsEntry("trained_params", 2L * (4 * (16 + 16) + 3 * (16 + 32)))
                    .containsEntry("precision", precision.toString());
            assertThat(((List<?>) Objects.requireNonNull(fields.get("loss"))).get(0))
                    .as("near that of even guesses among 64 tokens")
                    .isInstanceOfSatisfying(
                            Double.class, loss -> assertThat(loss).isBetween(3.9, 4.8));
        }
        assertThatThrownBy(() -> new BenchmarkCase(TINY, 0, Precision.int8(), -1, 2))
                .hasMessage("--lora: -1; choose 1 or more, or 0 for none");
    }

    @Test
    void the_memory_of_a_step_is_reported_if_xla_compiles_nothing() {
        BenchmarkCase benchmark = new BenchmarkCase(TINY, 4, Precision.float32(), 1);
        Execution plain = Execution.plain();
        PassSelection selection = TrainingBench.passing(benchmark, plain, Set.of(Pass.COMPILED), Device.cpu());
        Map<String, Object> fields =
                TrainingBench.run(benchmark, plain, selection, NOBODY).fields();

        assertThat(number(fields, "allocator_variables_mb"))
                .isCloseTo(3 * 4 * benchmark.plan().parametersAfter() / (double) (1 << 20), within(0.1));
        remembered(fields);
        remembered(GenerationBench.run(benchmark, Device.cpu(), NOBODY).fields());
    }

    @Test
    void generation_is_measured() {
        BenchmarkCase benchmark = new BenchmarkCase(TINY, 4, Precision.int4(16), 3);
        Map<String, Object> fields =
                GenerationBench.run(benchmark, Device.cpu(), NOBODY).fields();

        plausible(fields, benchmark);
        assertThat(number(fields, "tokens_per_s"))
                .isCloseTo(1e3 / number(fields, "ms_per_step"), within(0.05 * number(fields, "tokens_per_s")));
        assertThatThrownBy(() ->
                        GenerationBench.run(new BenchmarkCase(TINY, 0, Precision.int8(), 500), Device.cpu(), NOBODY))
                .hasMessage("--steps: 500; the context has room for at most 237");
    }

    @Test
    void compression_is_measured() {
        BenchmarkCase benchmark = new BenchmarkCase(TINY, 4, Precision.int8(), 2);
        Map<String, Object> fields = CompressionBench.run(benchmark, NOBODY).fields();

        plausible(fields, benchmark);
        assertThat(fields).containsEntry("bytes_after", benchmark.plan().bytesAfter());
        assertThat(number(fields, "mb_per_s")).isPositive();
        assertThatThrownBy(() -> CompressionBench.run(new BenchmarkCase(TINY, 0, Precision.float32(), 1), NOBODY))
                .hasMessage("compress: nothing to do; add --rank, --bits or both");
    }

    private static void remembered(Map<String, Object> fields) {
        assertThat(number(fields, "allocator_temporaries_mb")).isPositive();
        assertThat(number(fields, "allocator_peak_mb"))
                .isCloseTo(
                        number(fields, "allocator_variables_mb") + number(fields, "allocator_temporaries_mb"),
                        within(0.2));
    }

    private static double number(Map<String, Object> fields, String name) {
        return ((Number) Objects.requireNonNull(fields.get(name))).doubleValue();
    }

    private static void plausible(Map<String, Object> fields, BenchmarkCase benchmark) {
        assertThat(fields)
                .containsEntry("preset", "tiny")
                .containsEntry("rank", benchmark.rank())
                .containsEntry("steps", benchmark.steps())
                .containsEntry("dtype", "fp32")
                .containsEntry("device", "cpu")
                .containsEntry("params", benchmark.plan().parametersAfter());
        double median = number(fields, "ms_per_step");
        assertThat(median).isPositive().isGreaterThanOrEqualTo(number(fields, "ms_min"));
        assertThat(number(fields, "first_step_ms")).isPositive();
        // Linux counts pages per processor and adds them up now and then, so that even the peak may be told lower by
        // part of a MB.
        ResidentMemory.here().ifPresent(resident -> assertThat(number(fields, "peak_rss_mb"))
                .isBetween(1.0, 1.0 + (resident.peak() >> 20)));
    }

    @Test
    void the_median_is_the_middle() {
        assertThat(new Timings(List.of(3.0, 1.0, 2.0)).median()).isEqualTo(2);
        assertThat(new Timings(List.of(4.0, 1.0, 3.0, 2.0)).median()).isEqualTo(2.5);
        assertThat(new Timings(List.of(4.0, 1.0)).least()).isEqualTo(1);
    }
}
