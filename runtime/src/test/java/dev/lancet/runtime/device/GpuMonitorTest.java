package dev.lancet.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With scripts of the shell in the place of {@code nvidia-smi}. */
class GpuMonitorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @BeforeEach
    void there_is_a_shell() {
        assumeThat(Path.of("/bin/sh")).as("scripts stand in for nvidia-smi").isExecutable();
    }

    @Test
    void the_monitor_reads_values_until_it_is_closed_and_then_ends_the_program() throws Exception {
        Path program = script("while :; do echo '40, 1024'; sleep 0.02; done");
        ProcessHandle speaker;
        try (GpuMonitor watch = GpuMonitor.over(program.toString(), "1")) {
            assertThat(heard(watch)).isEqualTo(new GpuUsage(40, 1L << 30));
            assertThat(heard(watch)).isEqualTo(new GpuUsage(40, 1L << 30));
            speaker = speaker();
            assertThat(speaker.isAlive()).isTrue();
        }
        assertThat(speaker.isAlive()).isFalse();
        assertThat(folder.resolve("asked"))
                .content()
                .isEqualToIgnoringNewLines("--id=1 --query-gpu=utilization.gpu,memory.used"
                        + " --format=csv,noheader,nounits --loop-ms=500");
    }

    @Test
    void a_program_that_will_not_end_is_ended() throws Exception {
        Path program = script("trap '' TERM; while :; do echo '40, 1024'; sleep 0.02; done");
        ProcessHandle speaker;
        try (GpuMonitor watch = GpuMonitor.over(program.toString(), "0")) {
            heard(watch);
            speaker = speaker();
        }
        speaker.onExit().get();
        assertThat(speaker.isAlive()).isFalse();
    }

    @Test
    void unreadable_lines_are_ignored() throws Exception {
        Path program = script("echo 'Unable to determine the device handle'; echo '[N/A], 12'; echo; echo ',,,';"
                + " printf '\\377\\376\\n'; echo '7, 1, 2'; echo '-3, 5'; echo '12, 34'; sleep 60");
        try (GpuMonitor watch = GpuMonitor.over(program.toString(), "0")) {
            assertThat(heard(watch)).isEqualTo(new GpuUsage(12, 34L << 20));
        }
    }

    @Test
    void a_program_that_dies_leaves_no_values() throws Exception {
        Path program = script("echo '99, 7'; exit 9");
        try (GpuMonitor watch = GpuMonitor.over(program.toString(), "0")) {
            assertThat(heard(watch)).isEqualTo(new GpuUsage(99, 7L << 20));
            assertThat(watch.since()).isEmpty();
        }
    }

    @Test
    void without_the_program_or_on_the_processor_there_are_no_values() {
        assertThatCode(() -> {
                    try (GpuMonitor watch =
                                    GpuMonitor.over(folder.resolve("nowhere").toString(), "0");
                            GpuMonitor processor = GpuMonitor.over(ResolvedDevice.cpu());
                            GpuMonitor card = GpuMonitor.over(new ResolvedDevice(OptionalInt.of(63), 1))) {
                        assertThat(watch.since()).isEmpty();
                        assertThat(processor.since()).isEmpty();
                        assertThat(card.since()).isEmpty();
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void several_samples_are_their_mean_and_the_most_memory() {
        assertThat(GpuUsage.of(List.of(new GpuUsage(0, 300), new GpuUsage(90, 100))))
                .hasValue(new GpuUsage(45, 300));
        assertThat(GpuUsage.of(List.of())).isEmpty();
    }

    @Test
    void gpus_have_the_names_of_the_environment() {
        assertThat(GpuMonitor.card(1, Optional.empty())).isEqualTo("1");
        assertThat(GpuMonitor.card(1, Optional.of(""))).isEqualTo("1");
        assertThat(GpuMonitor.card(1, Optional.of("3, 2"))).isEqualTo("2");
        assertThat(GpuMonitor.card(0, Optional.of("GPU-8932f937"))).isEqualTo("GPU-8932f937");
        assertThat(GpuMonitor.card(2, Optional.of("3,2"))).isEqualTo("2");
    }

    private Path script(String body) throws IOException {
        Path program = Files.writeString(
                folder.resolve("nvidia-smi"),
                "#!/bin/sh\necho $$ >" + folder + "/pid\necho \"$@\" >" + folder + "/asked\n" + body + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    private ProcessHandle speaker() throws IOException {
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        return ProcessHandle.of(pid).orElseThrow();
    }

    private static GpuUsage heard(GpuMonitor watch) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end)) {
            Optional<GpuUsage> use = watch.since();
            if (use.isPresent()) {
                return use.get();
            }
            Thread.sleep(5);
        }
        throw new AssertionError("nothing was heard for " + PATIENCE);
    }
}
