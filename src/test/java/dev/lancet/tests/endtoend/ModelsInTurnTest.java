package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.run.RecipeRun;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recipe of several candidates holds of those that are done. */
class ModelsInTurnTest {

    private static final Transformer WIDE = Transformer.decoder("wide-bytes")
            .vocabulary(256)
            .context(16)
            .width(512)
            .layers(2)
            .attention(heads(4))
            .feedForward(swiglu(1376))
            .build();
    private static final long BYTES = Plan.dense(WIDE).bytesBefore();

    @TempDir
    Path folder;

    /** Bytes of the Java heap in use where each candidate is measured, in order. */
    private static List<Long> held(Recipe recipe) {
        List<Long> heap = new ArrayList<>();
        Progress watcher = (what, steps) -> {
            if (what.equals("evaluate")) {
                heap.add(used());
            }
            return Progress.silent().begin(what, steps);
        };
        try (RecipeRun run = new RecipeRun(recipe, watcher)) {
            run.carryOut();
        }
        return heap;
    }

    /** Bytes in use when another collection finds no more: what other tests left behind may need several. */
    private static long used() {
        long before;
        long used = Long.MAX_VALUE;
        do {
            before = used;
            System.gc();
            used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        } while (used < before - BYTES / 100);
        return used;
    }

    @Test
    void a_trained_model_is_given_back_unless_a_later_candidate_begins_with_it() throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(20));
        Corpus text = corpus(file.toString()).bytes().holdOut(0.1);
        Training step = adamW(1, 1e-3).batch(1).sequence(8);

        List<Long> heap = held(recipe("in-turn")
                .candidate("first", WIDE)
                .candidate("second", WIDE)
                .candidate(
                        "small",
                        after("first"),
                        Compression.keepAll().on(linears()).factorise(rank(8)))
                .candidate("last", WIDE)
                .pretrain(text, step)
                .evaluate(text.heldOut()));

        assertThat(heap).hasSize(4);
        assertThat(heap.get(1) - heap.get(0))
                .as("the first is kept beside the second")
                .isBetween(BYTES / 2, 2 * BYTES);
        assertThat(heap.get(3) - heap.get(0)).as("the last is alone").isLessThan(BYTES / 2);
    }
}
