package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
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
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.run.CandidateResult;
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
    void only_the_same_recipe_goes_on() throws IOException {
        Recipe one = threeWays("one", 3e-3);
        assertThatThrownBy(() -> carryOut(one, new Steps(5), true)).hasMessageContaining("has no interrupted run");
        assertThatThrownBy(() -> carryOut(one, new Steps(5), false)).isInstanceOf(TrainingStoppedException.class);
        assertThatThrownBy(() -> carryOut(one, new Steps(5), false))
                .isInstanceOf(LancetException.class)
                .hasMessage("run: " + folder.resolve("one/training")
                        + " has an interrupted run; continue it with --resume, or remove the folder");
        Recipe other = threeWays("one", 1e-3);
        assertThatThrownBy(() -> carryOut(other, new Steps(5), true))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("resume: " + folder.resolve("one/training/recipe.json")
                        + " belongs to another training: recipe '")
                .hasMessageContaining("adamW(30, 0.003)")
                .hasMessageContaining("adamW(30, 0.001)");
        Recipe silent = recipe("silent").candidate("dense", BYTES);
        assertThatThrownBy(() -> carryOut(silent, new Steps(5), true))
                .hasMessage("resume: the recipe silent writes nothing, so no state was kept;"
                        + " add report(\"target/report\") to it");
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
