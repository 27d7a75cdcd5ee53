package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.OutputLock;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill, a full disk, a bad disk and a second process leave in the folder of a training. */
class DamagedStateTest {

    private static final Transformer TINY = Transformer.decoder("tiny")
            .vocabulary(256)
            .context(32)
            .width(32)
            .layers(1)
            .attention(heads(4))
            .feedForward(swiglu(64))
            .build();
    private static final Training TRAINING =
            adamW(12, 3e-3).batch(2).sequence(16).validateEvery(3).seed(3);

    @TempDir
    Path folder;

    private Training settings = TRAINING;
    private Path training = Path.of("");
    private Path metrics = Path.of("");

    @BeforeEach
    void name() {
        training = folder.resolve("training");
        metrics = training.resolve("metrics.jsonl");
    }

    private Corpus text() throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(60));
        return corpus(file.toString()).bytes().holdOut(0.1);
    }

    private List<Double> train(CheckpointPolicy policy, int stop) throws IOException {
        try (Model model = Model.create(TINY, 1).progress(new StopAfter(stop))) {
            return model.train(text(), settings, policy).log().orElseThrow().points().stream()
                    .map(point -> point.loss())
                    .toList();
        }
    }

    /** A training that was stopped after step 6, with states of the steps 3 and 6. */
    private void stopped() {
        assertThatThrownBy(() -> train(CheckpointPolicy.in(training).every(3), 6))
                .isInstanceOf(TrainingStoppedException.class);
    }

    @Test
    void without_a_state_both_ways_start_from_the_beginning() throws IOException {
        List<Double> whole = train(CheckpointPolicy.in(folder.resolve("whole")), 99);
        for (CheckpointPolicy policy : List.of(CheckpointPolicy.in(training), CheckpointPolicy.resume(training))) {
            Files.createDirectories(training);
            Files.write(
                    metrics,
                    Files.readAllLines(folder.resolve("whole/metrics.jsonl")).subList(0, 4));
            assertThat(train(policy, 99)).isEqualTo(whole);
            for (Path file : states()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void a_line_that_was_cut_off_is_mended() throws IOException {
        List<Double> whole = train(CheckpointPolicy.in(folder.resolve("whole")), 99);
        stopped();
        Files.writeString(metrics, "{\"step\":7,\"tok", StandardOpenOption.APPEND);
        assertThat(train(CheckpointPolicy.resume(training), 99)).isEqualTo(whole);
        assertThat(Files.readAllLines(metrics)).hasSize(12 + 4).allMatch(line -> line.endsWith("}"));
    }

    @Test
    void lost_metrics_beside_a_state_are_told_in_one_line() throws IOException {
        settings = TRAINING.stopEarly(9);
        stopped();
        byte[] whole = Files.readAllBytes(metrics);
        byte[] zeroed = Arrays.copyOf(whole, whole.length);
        Arrays.fill(zeroed, 0, 300, (byte) 0);
        for (byte[] damaged : List.of(new byte[0], zeroed, new byte[whole.length], Arrays.copyOf(whole, 300))) {
            Files.write(metrics, damaged);
            assertThatThrownBy(() -> train(CheckpointPolicy.resume(training), 99))
                    .isInstanceOf(LancetException.class)
                    .hasMessageMatching("resume: \\Q" + metrics + "\\E has \\d complete records of the first 6 steps"
                            + " instead of 8; put the whole file back, or start another training from this state with"
                            + " --from \\Q" + training + "\\E");
        }
        Files.delete(metrics);
        assertThatThrownBy(() -> train(CheckpointPolicy.resume(training), 99))
                .hasMessageContaining("has 0 complete records");
        assertThat(train(CheckpointPolicy.in(folder.resolve("other")).from(training), 99))
                .hasSize(6);
    }

    @Test
    void a_damaged_state_is_not_resumed_and_the_one_before_it_is() throws IOException {
        List<Double> whole = train(CheckpointPolicy.in(folder.resolve("whole")), 99);
        stopped();
        Path last = training.resolve("state-00000006.safetensors");
        byte[] bytes = Files.readAllBytes(last);
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
        Files.write(last, bytes);
        assertThatThrownBy(() -> train(CheckpointPolicy.resume(training), 99))
                .isInstanceOf(LancetException.class)
                .hasMessageMatching("resume: \\Q" + last + "\\E: the checksum of '.+' is wrong, so the file has changed"
                        + " since it was written; remove it to continue from the state before it");
        Files.delete(last);
        assertThat(train(CheckpointPolicy.resume(training), 99)).isEqualTo(whole);
    }

    @Test
    void a_number_of_steps_beyond_all_trainings_is_told() throws IOException {
        stopped();
        Path strange = training.resolve("state-99999999999.safetensors");
        Files.copy(training.resolve("state-00000006.safetensors"), strange);
        assertThatThrownBy(() -> train(CheckpointPolicy.resume(training), 99))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(strange + ": no training has 99999999999 steps");
    }

    @Test
    void a_folder_in_which_another_training_runs_is_refused() throws IOException {
        try (OutputLock other = OutputLock.take(training, "training folder")) {
            assertThat(other).isNotNull();
            assertThatThrownBy(() -> train(CheckpointPolicy.takeUp(training), 99))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("training folder in use: " + training
                            + " by this process; wait until it ends, or choose another training folder");
        }
        assertThat(metrics).doesNotExist();
        train(CheckpointPolicy.takeUp(training), 99);
        assertThat(folder.resolve(".training.lancet-lock")).doesNotExist();
    }

    private List<Path> states() throws IOException {
        try (var files = Files.list(training)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
        }
    }
}
