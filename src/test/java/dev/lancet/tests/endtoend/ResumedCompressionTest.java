package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.ratio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.PlannedCompression;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.TrainingStoppedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A compression that goes on from what lies on the disk at some moment of another one, which is what a kill at that moment
 * leaves. The results are the same, byte for byte.
 */
class ResumedCompressionTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final Path MLP = Fixture.ALL.resolve("dense-mlp-savedmodel/saved_model");

    @TempDir
    Path folder;

    /** What a compression does in its folder. */
    private interface Work {
        List<Fidelity> in(ResumableFolder open, Progress progress);
    }

    /** Copies the work at every progress, and knows which copies were made in a training, one a step. */
    private final class Copies implements Progress {

        private final Path target;
        private final List<Path> made = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final List<Integer> training = new ArrayList<>();

        private Copies(String name) {
            target = folder.resolve(name);
        }

        @Override
        public Task begin(String what, long steps) {
            return new Task() {
                @Override
                public void advance(long done, String note) {
                    if (what.startsWith("train")) {
                        training.add(made.size());
                    }
                    copy();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void warn(String warning) {
            warnings.add(warning);
        }

        private void copy() {
            Path work = target.resolveSibling("." + target.getFileName() + ".resumable");
            if (Files.exists(work)) {
                Path copy = folder.resolve("copy-" + made.size() + "-of-" + target.getFileName());
                copyTree(work, copy);
                made.add(copy);
            }
        }
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path path : walk.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    private List<Fidelity> run(String name, Work work, Progress progress) {
        try (ResumableFolder open = ResumableFolder.open(folder.resolve(name), "work")) {
            List<Fidelity> losses = work.in(open, progress);
            open.finish();
            return losses;
        }
    }

    /** Puts a copy where the work of this name would lie. */
    private void left(Path copy, String wholeName, String name) throws IOException {
        Path work = folder.resolve("." + name + ".resumable");
        copyTree(copy, work);
        Path result = work.resolve("result");
        if (Files.exists(result.resolve(wholeName))) {
            Files.move(result.resolve(wholeName), result.resolve(name));
        }
    }

    private void same(String one, String other) throws IOException {
        Path whole = folder.resolve(one);
        try (Stream<Path> files = Files.walk(whole).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                Path there =
                        folder.resolve(other).resolve(whole.relativize(file).toString());
                assertThat(whole.equals(file) ? folder.resolve(other) : there).hasSameBinaryContentAs(file);
            }
        }
        assertThat(folder.resolve("." + other + ".resumable")).doesNotExist();
    }

    /** Does the work, then goes on from copies: one in the middle of the training if there is one, and the last. */
    private void resumes(String ending, Work work) throws IOException {
        String whole = "whole" + ending;
        Copies copies = new Copies(whole);
        List<Fidelity> losses = run(whole, work, copies);
        int last = copies.made.size() - 1;
        assertThat(last).isGreaterThan(2);
        int middle = copies.training.isEmpty() ? last / 2 : copies.training.get(copies.training.size() / 2);
        for (int at : new int[] {middle, last}) {
            String again = "again-" + at + ending;
            left(copies.made.get(at), whole, again);
            Copies more = new Copies(again);
            List<Fidelity> resumed = run(again, work, more);
            same(whole, again);
            // The seconds are those of the first conversion, so no matrix before was converted again.
            int converted =
                    Math.toIntExact(Files.readAllLines(copies.made.get(at).resolve("journal")).stream()
                            .skip(1)
                            .filter(line -> line.split("\t", -1).length > 2)
                            .count());
            assertThat(resumed.subList(0, converted)).isEqualTo(losses.subList(0, converted));
            assertThat(more.warnings).isEmpty();
            long steps = copies.training.stream().filter(step -> step > at).count();
            assertThat(more.training).hasSize((int) steps);
            if (at == last) {
                assertThat(converted).isEqualTo(losses.size());
            }
        }
    }

    @Test
    void a_checkpoint_goes_on() throws IOException {
        resumes("", (open, progress) -> plain(STORIES, open, progress));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".pb"})
    void a_graph_goes_on(String ending) throws IOException {
        resumes(ending, (open, progress) -> plain(Classifier.MODEL, open, progress));
    }

    private static List<Fidelity> plain(Path model, ResumableFolder open, Progress progress) {
        Compression compression = Compression.keepAll().on(linears()).factorise(ratio(0.5));
        CompressionJob job = new CompressionJob(ModelSource.open(model), progress).by(compression);
        return job.write(job.plan(compression), open);
    }

    @Test
    void the_recovery_of_a_language_model_goes_on() throws IOException {
        resumes("", (open, progress) -> recovered(stories(progress), open));
    }

    /** Without a recovery that helps, the same bytes would say little. */
    private static List<Fidelity> recovered(PlannedCompression planned, ResumableFolder open) {
        Outcome outcome = planned.write(open);
        assertThat(outcome.recovered().orElseThrow().ratio()).isPositive();
        return outcome.losses();
    }

    private static PlannedCompression stories(Progress progress) {
        int[] ids = TokenIdChecks.read(Fixture.ALL.resolve("stories260K-reference/calibration_ids.i32"));
        CalibrationData data = CalibrationData.draw(CalibrationData.windows(Arrays.copyOf(ids, 512), 32), 12, 0);
        return new CalibratedCompression(ModelSource.open(STORIES), data, progress)
                .recover(800)
                .plan(Compression.keepAll().on(linears()).factorise(ratio(0.6)));
    }

    @Test
    void the_recovery_of_a_graph_goes_on() throws IOException {
        resumes("", (open, progress) -> recovered(classifier(progress), open));
    }

    private static PlannedCompression classifier(Progress progress) {
        CalibrationData data = CalibrationData.draw(Classifier.rows(48, 11), 24, 0);
        return new CalibratedCompression(ModelSource.open(Classifier.MODEL), data, progress)
                .recover(7 * 16)
                .plan(Compression.keepAll().on(linears()).factorise(ratio(0.4)));
    }

    @Test
    void a_recovery_that_is_asked_to_stop_keeps_its_state() {
        int[] steps = {0};
        Progress stopping = new Progress() {
            @Override
            public Task begin(String what, long count) {
                return Progress.silent().begin(what, count);
            }

            @Override
            public boolean stopWanted() {
                return ++steps[0] == 3;
            }
        };
        assertThatThrownBy(() -> run(
                        "stopped",
                        (open, progress) -> classifier(progress).write(open).losses(),
                        stopping))
                .isInstanceOf(TrainingStoppedException.class)
                .hasMessageEndingWith("the state is kept, continue with --resume");
        assertThat(folder.resolve(".stopped.resumable/recovery/state-00000003.safetensors"))
                .exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "converted.safetensors"})
    void a_converted_array_that_has_changed_is_computed_again(String file) throws IOException {
        Path model = file.startsWith("model") ? STORIES : MLP;
        Work work = (open, progress) -> {
            Compression compression = Compression.keepAll().on(linears()).quantize(int8());
            CompressionJob job = new CompressionJob(ModelSource.open(model), progress).by(compression);
            return job.write(job.plan(compression), open);
        };
        Copies copies = new Copies("whole");
        run("whole", work, copies);
        left(copies.made.get(copies.made.size() - 1), "whole", "again");
        Path arrays = folder.resolve(file.startsWith("model") ? ".again.resumable/result/again" : ".again.resumable")
                .resolve(file);
        byte[] bytes = Files.readAllBytes(arrays);
        bytes[bytes.length / 2] ^= 1;
        Files.write(arrays, bytes);
        Copies more = new Copies("again");
        run("again", work, more);
        same("whole", "again");
        assertThat(more.warnings).hasSize(1);
        assertThat(more.warnings.get(0))
                .startsWith("resume: ")
                .endsWith("has changed since it was written; it and the matrices after it are computed again");
    }

    @Test
    void a_state_that_has_changed_is_named_and_stays() throws IOException {
        Work work = (open, progress) -> classifier(progress).write(open).losses();
        Copies copies = new Copies("whole");
        run("whole", work, copies);
        left(copies.made.get(copies.made.size() - 1), "whole", "again");
        Path states = folder.resolve(".again.resumable/recovery");
        try (Stream<Path> files = Files.list(states)) {
            for (Path state : files.filter(path -> path.toString().endsWith(".safetensors"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(state);
                bytes[bytes.length - 9] ^= 1;
                Files.write(state, bytes);
            }
        }
        assertThatThrownBy(() -> run("again", work, Progress.silent()))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("resume: " + states)
                .hasMessageContaining("the file has changed since it was written; remove it to");
        assertThat(states).exists();
    }
}
