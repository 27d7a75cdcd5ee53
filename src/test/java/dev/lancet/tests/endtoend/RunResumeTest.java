package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.checkpoint;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.denseFirst;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeException;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.log.TrainingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole recipe that is stopped on its way and goes on. */
class RunResumeTest {

    private static final Transformer BYTES = Transformer.decoder("tiny-bytes")
            .vocabulary(256)
            .context(32)
            .width(32)
            .layers(2)
            .attention(heads(4))
            .feedForward(swiglu(64))
            .build();
    private static final Compression NARROW =
            Compression.keepAll().on(linears()).factorise(rank(8));

    @TempDir
    Path folder;

    private Recipe threeWays(String report, double rate) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(120));
        Corpus text = corpus(file.toString()).bytes().holdOut(0.1);
        return recipe("three ways")
                .candidate("dense", BYTES)
                .candidate("late", denseFirst(BYTES, 12), NARROW)
                .pretrain(text, adamW(30, rate).batch(4).sequence(16).seed(3))
                .candidate("healed", after("dense"), NARROW)
                .train("healed", text, adamW(10, 1e-3).batch(4).sequence(16).seed(3))
                .evaluate(text.heldOut())
                .sample("the ", 3)
                .report(folder.resolve(report).toString());
    }

    private static List<CandidateResult> carryOut(Recipe recipe, Steps steps, boolean resume) {
        try (RecipeRun run = new RecipeRun(recipe, steps)) {
            return (resume ? run.resume() : run).carryOut().finished();
        }
    }

    @Test
    void it_goes_on_to_the_same_models_and_does_no_step_twice() throws IOException {
        List<CandidateResult> whole = carryOut(threeWays("whole", 3e-3), new Steps(Integer.MAX_VALUE), false);
        Recipe parts = threeWays("parts", 3e-3);
        List<Integer> done = new ArrayList<>();
        // 30 steps of dense, 12 and 18 of late, 10 of healed: it is stopped in each of them.
        for (int more : new int[] {20, 15, 16, 12}) {
            Steps steps = new Steps(more);
            boolean resume = !done.isEmpty();
            assertThatThrownBy(() -> carryOut(parts, steps, resume)).isInstanceOf(TrainingStoppedException.class);
            done.add(steps.done);
        }
        Steps rest = new Steps(Integer.MAX_VALUE);
        List<CandidateResult> finished = carryOut(parts, rest, true);
        assertThat(done).containsExactly(20, 15, 16, 12);
        assertThat(rest.done).isEqualTo(70 - 63);
        for (int i = 0; i < 3; i++) {
            CandidateResult one = finished.get(i);
            String name = one.candidate().name();
            assertThat(folder.resolve("parts/" + name + "/model.safetensors"))
                    .hasSameBinaryContentAs(folder.resolve("whole/" + name + "/model.safetensors"));
            assertThat(one.measured().get(0).loss())
                    .isEqualTo(whole.get(i).measured().get(0).loss());
            assertThat(one.losses().size()).isEqualTo(whole.get(i).losses().size());
            assertThat(losses(one)).isEqualTo(losses(whole.get(i)));
        }
        assertThat(folder.resolve("parts/report.md")).exists();
        assertThat(folder.resolve("parts/training/late/stage-1/cut/metrics.jsonl"))
                .exists();
        try (var files = Files.walk(folder.resolve("parts/training"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.endsWith(".safetensors") || name.endsWith(".json"));
        }
        assertThatThrownBy(() -> carryOut(parts, rest, true))
                .isInstanceOf(LancetException.class)
                .hasMessage("resume: " + folder.resolve("parts/training")
                        + " has no interrupted run; start it without --resume");
    }

    private static List<Double> losses(CandidateResult finished) {
        return finished.log().orElseThrow().points().stream()
                .map(TrainingLog.Point::loss)
                .toList();
    }

    @Test
    void a_run_that_was_stopped_goes_on_or_is_replaced_only_when_asked() throws IOException {
        Recipe one = lateWith("one", 3e-3);
        assertThatThrownBy(() -> carryOut(one, new Steps(5), true)).hasMessageContaining("has no interrupted run");
        assertThatThrownBy(() -> carryOut(one, new Steps(5), false)).isInstanceOf(TrainingStoppedException.class);
        assertThatThrownBy(() -> carryOut(one, new Steps(5), false))
                .isInstanceOf(LancetException.class)
                .hasMessage("run: " + folder.resolve("one/training")
                        + " has an interrupted run; continue it with --resume, or start anew with --force");
        Steps anew = new Steps(Integer.MAX_VALUE);
        forced(one, anew, false);
        assertThat(anew.done).isEqualTo(10);
        assertThatThrownBy(() -> carryOut(one, new Steps(5), false))
                .isInstanceOf(LancetException.class)
                .hasMessage(folder.resolve("one/dense")
                        + ": exists already; choose another path, or replace what a former run wrote with --force");
        Recipe silent = recipe("silent").candidate("dense", BYTES);
        assertThatThrownBy(() -> carryOut(silent, new Steps(5), true))
                .hasMessage("resume: the recipe silent writes nothing, so no state was kept;"
                        + " add report(\"target/report\") to it");
    }

    private static void forced(Recipe recipe, Steps steps, boolean resume) {
        try (RecipeRun run = new RecipeRun(recipe, steps).force()) {
            (resume ? run.resume() : run).carryOut();
        }
    }

    @Test
    void candidates_that_are_declared_as_before_are_kept_when_others_changed() throws IOException {
        // dense is finished, late has done two steps.
        assertThatThrownBy(() -> carryOut(lateWith("one", 3e-3), new Steps(8), false))
                .isInstanceOf(TrainingStoppedException.class);
        Recipe changed = lateWith("one", 1e-3);
        assertThatThrownBy(() -> carryOut(changed, new Steps(Integer.MAX_VALUE), true))
                .isInstanceOf(LancetException.class)
                .hasMessage("resume: candidate 'late' is declared in another way than when "
                        + folder.resolve("one/training/late")
                        + " was written; undo that, or train it anew with --resume --force");
        Steps rest = new Steps(Integer.MAX_VALUE);
        forced(changed, rest, true);
        assertThat(rest.done).isEqualTo(4);
        carryOut(lateWith("whole", 1e-3), new Steps(Integer.MAX_VALUE), false);
        for (String name : new String[] {"dense", "late"}) {
            assertThat(folder.resolve("one/" + name + "/model.safetensors"))
                    .hasSameBinaryContentAs(folder.resolve("whole/" + name + "/model.safetensors"));
        }
    }

    private Recipe lateWith(String report, double rate) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(120));
        Corpus text = corpus(file.toString()).bytes().holdOut(0.1);
        return recipe("two")
                .candidate("dense", BYTES)
                .train("dense", text, adamW(6, 3e-3).batch(4).sequence(16).seed(3))
                .candidate("late", BYTES, NARROW)
                .train("late", text, adamW(4, rate).batch(4).sequence(16).seed(3))
                .report(folder.resolve(report).toString());
    }

    @Test
    void a_mistake_in_a_later_candidate_shows_before_the_first_step() throws IOException {
        Recipe good = lateWith("one", 3e-3);
        Corpus missing = corpus(folder.resolve("none.txt").toString());
        for (Recipe wrong : List.of(
                good.candidate(
                        "third",
                        BYTES,
                        Compression.keepAll()
                                .on(new Selector.Glob("h.*.nothing"))
                                .factorise(rank(8))),
                good.candidate(
                        "third", BYTES, Compression.keepAll().on(linears()).factorise(rank(64))),
                good.candidate("third", checkpoint(folder.resolve("none").toString())),
                good.candidate("la te", BYTES).candidate("la/te", BYTES),
                good.candidate("third", BYTES).train("third", missing, adamW(10, 1e-3)),
                good.evaluate(missing.holdOut(0.1).heldOut()))) {
            Steps steps = new Steps(Integer.MAX_VALUE);
            assertThatThrownBy(() -> carryOut(wrong, steps, false)).isInstanceOf(RecipeException.class);
            assertThat(steps.done).isZero();
        }
        assertThat(folder.resolve("one")).doesNotExist();
    }

    /** Counts the steps of trainings, and stops after some. */
    private static final class Steps implements Progress {
        private final int most;
        private int done;

        Steps(int most) {
            this.most = most;
        }

        @Override
        public Task begin(String what, long all) {
            return new Task() {
                @Override
                public void advance(long now, String note) {
                    done += what.startsWith("train ") ? 1 : 0;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public boolean stopWanted() {
            return done >= most;
        }
    }
}
