package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.ratio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.TrainingTargets;
import dev.lancet.surgery.Blueprint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

/** A short training on the predictions of the original wins back a part of what a compression lost. */
class RecoveryTest {

    @TempDir
    private Path folder;

    private static ModelSource stories() {
        return ModelSource.open(Fixture.ALL.resolve("stories260K-hf"));
    }

    private static CalibrationData data() {
        int[] ids = TokenIdChecks.read(
                Fixture.named("stories260K-reference").folder().resolve("calibration_ids.i32"));
        return CalibrationData.draw(CalibrationData.windows(ids, 250), 24, 0);
    }

    private RecoveryResult recovered(Compression compression, long tokens) {
        return new CalibratedCompression(stories(), data(), Progress.silent())
                .recover(tokens)
                .write(compression, folder.resolve("small"))
                .recovered()
                .orElseThrow();
    }

    @Test
    void factors_win_back_most_of_what_the_cut_lost_and_the_written_model_has_it() {
        CalibratedCompression.Outcome outcome = new CalibratedCompression(stories(), data(), Progress.silent())
                .recover(60_000)
                .write(Compression.keepAll().on(linears()).factorise(ratio(0.6)), folder.resolve("small"));
        RecoveryResult recovered = outcome.recovered().orElseThrow();
        assertThat(recovered.ratio()).isGreaterThan(0.3);
        assertThat(outcome.quality().distance())
                .isCloseTo(recovered.after().distance(), within(1e-4))
                .isLessThan(recovered.before().distance());
    }

    @Test
    void corrections_are_trained_and_rounded_again() {
        RecoveryResult recovered =
                recovered(Compression.keepAll().on(linears()).quantize(int4(32), Correction.correction(8)), 5_000);
        assertThat(recovered.after().distance())
                .isLessThanOrEqualTo(recovered.before().distance());
    }

    @Test
    void a_recovery_that_does_not_help_changes_nothing() {
        RecoveryResult recovered = recovered(Compression.keepAll().on(linears()).factorise(ratio(0.9)), 1);
        assertThat(recovered.after().distance())
                .isLessThanOrEqualTo(recovered.before().distance());
    }

    @Test
    void what_is_folded_has_no_factors_to_train() {
        CalibratedCompression plain = new CalibratedCompression(stories(), data(), Progress.silent());
        for (ThrowingCallable both : List.<ThrowingCallable>of(
                () -> plain.recover(7).folding(), () -> plain.folding().recover(7))) {
            assertThatThrownBy(both)
                    .isInstanceOf(LancetException.class)
                    .hasMessage(
                            "recover: 7; a recovery trains factors, so it cannot be folded; leave out one of the two");
        }
    }

    @Test
    void predictions_that_are_certain_teach_the_same_as_the_text() {
        Transformer tiny = TinyModel.llama();
        Plan plan = Plan.dense(tiny);
        Training training = Training.adamW(5, 1e-3).batch(4).sequence(16).seed(3);
        TokenIds ids = TokenIds.of(TinyModel.text(2_000));
        try (Model model = Model.create(tiny, 1)) {
            Trainer trainer = Trainer.of(tiny, plan, training, PassSelection.here(training, Set.of()));
            Weights taught = trainer.teaching(new CertainPredictions(tiny.vocabulary()))
                    .train(model.weights(), ids, TokenIds.of(), Optional.empty())
                    .weights();
            Weights read = trainer.train(model.weights(), ids, TokenIds.of(), Optional.empty())
                    .weights();
            for (var array : plan.arrays()) {
                assertThat(taught.read(array.name()).floats())
                        .as(array.name())
                        .containsExactly(read.read(array.name()).floats(), within(2e-4f));
            }
        }
    }

    /** Probability 1 for the next token of the text. */
    private record CertainPredictions(int vocabulary) implements TrainingTargets {

        @Override
        public GraphDef blueprint(Transformer transformer, int batch, int sequence) {
            return Blueprint.distillation(transformer, batch, sequence);
        }

        @Override
        public Tensor labels(int[][] batch) {
            int sequence = batch[0].length - 1;
            float[] shares = new float[batch.length * sequence * vocabulary];
            for (int row = 0; row < batch.length; row++) {
                for (int i = 0; i < sequence; i++) {
                    shares[(row * sequence + i) * vocabulary + batch[row][i + 1]] = 1;
                }
            }
            return TFloat32.tensorOf(Shape.of(batch.length, sequence, vocabulary), DataBuffers.of(shares));
        }
    }

    @Test
    void a_graph_learns_the_outputs_of_its_original() {
        CalibrationData data = CalibrationData.draw(Classifier.rows(96, 11), 48, 0);
        RecoveryResult recovered = new CalibratedCompression(
                        ModelSource.open(Classifier.MODEL), data, Progress.silent())
                .recover(1_600)
                .write(Compression.keepAll().on(linears()).factorise(ratio(0.4)), folder.resolve("graph"))
                .recovered()
                .orElseThrow();
        assertThat(recovered.after().distance()).isLessThan(recovered.before().distance());
    }
}
