package dev.lancet.runtime;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelUseTest {

    private static final Transformer TINY = Transformer.decoder("tiny")
            .vocabulary(16)
            .context(16)
            .width(16)
            .layers(1)
            .attention(heads(2))
            .feedForward(swiglu(32))
            .build();
    private static final Training TRAINING = adamW(2, 1e-3).batch(2).sequence(8);

    @TempDir
    private Path folder;

    private static int[] ids() {
        int[] ids = new int[100];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % 16;
        }
        return ids;
    }

    /** Does something in another thread at each step. */
    private static Progress meanwhile(Runnable other) {
        return (what, steps) -> new Progress.Task() {
            @Override
            public void advance(long done, String note) {
                Thread thread = new Thread(other, "second");
                thread.start();
                try {
                    thread.join();
                } catch (InterruptedException wrong) {
                    throw new AssertionError(wrong);
                }
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void a_second_thread_is_refused_while_the_first_trains() {
        try (Model model = Model.create(TINY, 1)) {
            List<Throwable> refused = new ArrayList<>();
            model.progress(meanwhile(() -> {
                refused.add(catchThrowable(() -> model.train(ids(), new int[0], TRAINING)));
                refused.add(catchThrowable(() -> model.logits(new int[][] {{1, 2}})));
                refused.add(catchThrowable(model::close));
            }));
            model.train(ids(), new int[0], TRAINING);
            String here = Thread.currentThread().getName();
            assertThat(refused).hasSize(6).allSatisfy(wrong -> assertThat(wrong)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("model tiny is in training in thread " + here
                            + "; wait until it ends, or open the model a second time"));
            assertThat(model.log().orElseThrow().steps()).isEqualTo(2);
            assertThat(model.logits(new int[][] {{1, 2}})).hasSize(2 * 16);
        }
    }

    @Test
    void a_closed_model_refuses_every_computation() {
        Model model = Model.create(TINY, 1);
        model.close();
        model.close();
        List<Runnable> calls = List.of(
                () -> model.train(ids(), new int[0], TRAINING),
                () -> model.logits(new int[][] {{1, 2}}),
                () -> model.evaluate(ids(), 8),
                () -> model.save(folder.resolve("a")),
                model::fold,
                () -> model.generate("a", 1));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("model tiny is closed; open or create it again");
        }
        assertThat(folder).isEmptyDirectory();
    }
}
