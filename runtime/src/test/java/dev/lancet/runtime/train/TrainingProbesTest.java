package dev.lancet.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.GpuMonitor;
import dev.lancet.runtime.device.GpuUsage;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.log.Metrics;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import dev.lancet.surgery.pass.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured beside a training, with a script in the place of {@code nvidia-smi}. */
class TrainingProbesTest {

    private static final Transformer MODEL = Transformer.decoder("measured")
            .vocabulary(32)
            .context(16)
            .width(16)
            .layers(1)
            .attention(Attention.heads(2))
            .feedForward(FeedForward.swiglu(24))
            .build();
    private static final Plan PLAN = Plan.dense(MODEL);
    private static final Training TRAINING = Training.adamW(12, 1e-3).batch(2).sequence(16);
    private static final TokenIds TEXT =
            TokenIds.of(new Random(1).ints(400, 0, 32).toArray());

    @TempDir
    Path folder;

    @Test
    void the_use_of_the_card_stands_in_metrics_curves_and_the_progress_line() throws Exception {
        Path program = script("while :; do echo '40, 1024'; sleep 0.01; done");
        List<String> notes = new ArrayList<>();
        TrainingLog log = train(program, note -> notes.add(note), TRAINING);

        List<GpuUsage> uses =
                log.points().stream().flatMap(point -> point.card().stream()).toList();
        assertThat(uses).isNotEmpty().containsOnly(new GpuUsage(40, 1L << 30));
        assertThat(metrics())
                .anySatisfy(line -> assertThat(line).contains("\"gpu_utilization\":40.0,\"gpu_memory\":1073741824"));
        assertThat(events()).contains("gpu_utilization").contains("gpu_memory");
        assertThat(notes).anySatisfy(note -> assertThat(note).contains(", card 40 %, 1.07 GB"));
        assertThat(speaker()).isEmpty();
    }

    @Test
    void a_watch_ends_with_a_training_that_fails() throws Exception {
        Path program = script("while :; do echo '40, 1024'; sleep 0.01; done");
        assertThatThrownBy(() -> train(
                        program,
                        note -> {
                            throw new IllegalStateException("nobody reads on");
                        },
                        TRAINING))
                .hasMessage("nobody reads on");
        assertThat(speaker()).isEmpty();
    }

    @Test
    void a_training_without_gpu_values_continues_and_records_none() throws Exception {
        for (Path program : List.of(script("echo 'No devices were found'; exit 6"), folder.resolve("nowhere"))) {
            TrainingLog log = train(program, note -> {}, TRAINING);
            assertThat(log.points()).hasSize(12).allSatisfy(point -> assertThat(point.card())
                    .isEmpty());
            assertThat(metrics()).noneSatisfy(line -> assertThat(line).contains("gpu"));
            assertThat(events()).doesNotContain("gpu_");
            Files.move(folder.resolve("run"), folder.resolve("before-" + program.getFileName()));
        }
    }

    @Test
    void only_the_third_step_of_a_training_in_a_folder_is_traced() throws Exception {
        TrainingLog log = train(folder.resolve("nowhere"), note -> {}, TRAINING);

        List<TrainingLog.Point> traced = log.points().stream()
                .filter(point -> point.allocator().isPresent())
                .toList();
        assertThat(traced).extracting(TrainingLog.Point::step).containsExactly(3);
        var peak = traced.get(0).allocator().orElseThrow();
        // Every weight has two running means beside it; gradients of all weights are there at once.
        assertThat(peak.variables()).isEqualTo(3 * 4 * MODEL.parameters());
        assertThat(peak.temporaries()).isBetween(4 * MODEL.parameters(), 100 * 4 * MODEL.parameters());
        assertThat(peak.peak()).isEqualTo(peak.variables() + peak.temporaries());
        assertThat(metrics().get(2)).contains("\"allocator_peak\":" + peak.peak());
        assertThat(metrics())
                .filteredOn(line -> line.contains("allocator_peak"))
                .hasSize(1);
        assertThat(Metrics.point(metrics().get(2))).hasValue(traced.get(0));
    }

    @Test
    void tracing_changes_no_number() throws Exception {
        List<Double> kept = losses(train(folder.resolve("nowhere"), note -> {}, TRAINING));
        List<Double> untraced = losses(Trainer.of(MODEL, PLAN, TRAINING, passing(TRAINING))
                .rehearse(new FreshWeights(MODEL, 1).under(PLAN), TEXT)
                .log());
        assertThat(kept).isEqualTo(untraced);
    }

    private static List<Double> losses(TrainingLog log) {
        return log.points().stream().map(TrainingLog.Point::loss).toList();
    }

    private static PassSelection passing(Training training) {
        // Not compiled, for of what XLA holds the processor records nothing.
        return PassSelection.here(training, Set.of(Pass.COMPILED));
    }

    private interface Reader {
        void read(String note);
    }

    private TrainingLog train(Path program, Reader reader, Training training) {
        Progress progress = (what, steps) -> new Progress.Task() {
            @Override
            public void advance(long done, String note) {
                reader.read(note);
            }

            @Override
            public void close() {}
        };
        TrainingProbes probes = new TrainingProbes(OptionalInt.empty(), () -> watch(program));
        try (TrainingFolder kept = CheckpointPolicy.in(folder.resolve("run"))
                .open(new Fingerprint(Map.of("training", training.toString())))) {
            return Trainer.of(MODEL, PLAN, training, passing(training))
                    .progress(progress)
                    .measuredBy(probes)
                    .train(new FreshWeights(MODEL, 1).under(PLAN), TEXT, TokenIds.of(), Optional.of(kept))
                    .log();
        }
    }

    /** A watch whose program, if there is one, has begun. */
    private GpuMonitor watch(Path program) {
        GpuMonitor watch = GpuMonitor.over(program.toString(), "0");
        try {
            for (int i = 0; i < 1_000 && Files.exists(program) && !Files.exists(folder.resolve("begun")); i++) {
                Thread.sleep(10);
            }
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return watch;
    }

    private Path script(String body) throws IOException {
        assumeThat(Path.of("/bin/sh")).as("scripts stand in for nvidia-smi").isExecutable();
        Path program = Files.writeString(
                folder.resolve("nvidia-smi"),
                "#!/bin/sh\necho $$ >" + folder + "/pid\n: >" + folder + "/begun\n" + body + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    private Optional<ProcessHandle> speaker() throws IOException {
        return ProcessHandle.of(
                        Long.parseLong(Files.readString(folder.resolve("pid")).strip()))
                .filter(ProcessHandle::isAlive);
    }

    private List<String> metrics() throws IOException {
        return Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    }

    /** Names of curves stand in event files as they are. */
    private String events() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            for (Path file :
                    files.filter(it -> it.toString().contains("tfevents")).toList()) {
                all.append(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }
}
