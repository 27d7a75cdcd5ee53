package dev.lancet.tests.gpu;

import static dev.lancet.dsl.Adapter.lora;
import static dev.lancet.dsl.Selector.attention;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.feedForward;
import static dev.lancet.dsl.Selector.linears;
import static dev.lancet.dsl.recipe.Training.adamW;
import static dev.lancet.dsl.recipe.Training.muon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that computes, on the card against the processor. Where there is no card the same tests hold the processor
 * against itself, and one test is skipped that says why.
 */
@Tag("gpu")
class GpuDeviceTest {

    private static final TokenIds TEXT = TokenIds.of(Models.text(4_000));
    private static final TokenIds NOTHING = TokenIds.of();
    private static final int STEPS = 20;
    private static final int[][] PROMPT = {{1, 7, 3, 40, 12, 5, 47, 2}};

    @TempDir
    Path folder;

    /** That the tests themselves work shows on the processor with one model; a card gets all. */
    static Stream<Arguments> models() {
        return Places.all().stream().flatMap(device -> Models.all().stream()
                .limit(device.kind() == Device.Kind.CPU ? 1 : Long.MAX_VALUE)
                .map(model -> Arguments.of(device, model)));
    }

    static Stream<Arguments> forms() {
        return models().flatMap(each -> {
            Transformer model = (Transformer) each.get()[1];
            Compression all = Compression.keepAll();
            return Stream.of(
                            all,
                            all.on(linears()).factorise(Rank.rank(8)),
                            all.on(everything()).quantize(Precision.bfloat16()),
                            all.on(linears()).quantize(Precision.int8()),
                            all.on(linears()).quantize(Precision.int4(16)),
                            all.on(linears()).quantize(Precision.nf4(16)),
                            all.on(linears()).factorise(Rank.rank(8), Precision.int4(8)))
                    .map(form -> Arguments.of(each.get()[0], model, Plan.of(model, form)));
        });
    }

    static Stream<Arguments> trainings() {
        Training adam = adamW(STEPS, 3e-3).batch(4).sequence(16).seed(3);
        return models().flatMap(each -> Stream.of(
                        Arguments.of(adam, 1.0),
                        Arguments.of(muon(STEPS, 0.02).batch(4).sequence(16).seed(3), 1.0),
                        Arguments.of(adam.checkpointing(), 1.0),
                        Arguments.of(adam.batch(2).accumulate(2), 1.0),
                        Arguments.of(adam.bfloat16(), 10.0),
                        Arguments.of(adam.float16(), 10.0))
                .map(how -> Arguments.of(each.get()[0], each.get()[1], how.get()[0], how.get()[1])));
    }

    @Test
    @Tag(Suite.FIRST)
    void there_is_a_card() {
        Places.whyNone().ifPresent(why -> System.err.println("gpu suite: on the processor alone; " + why));
        assumeThat(Places.whyNone()).as("no card").isEmpty();
    }

    @ParameterizedTest
    @Tag(Suite.FIRST)
    @MethodSource("forms")
    void logits_and_greedy_tokens_are_those_of_the_processor(Device device, Transformer model, Plan plan) {
        try (Model there = Model.create(model, plan, 5).on(device);
                Model here = Model.create(model, plan, 5).on(Device.cpu())) {
            // A sum that comes out otherwise in its last place may be rounded otherwise to the 8 bits of bfloat16.
            boolean halves = plan.arrays().stream().anyMatch(array -> array.type() == ArraySpec.Type.BFLOAT16);
            boolean card = device.kind() != Device.Kind.CPU;
            double near = halves && card ? 5e-2 : Places.tolerance(device);
            assertClose(there.logits(PROMPT), here.logits(PROMPT), near);
            assertThat(greedy(there)).hasSize(12);
            if (!card || near < 1e-2) {
                assertThat(greedy(there)).isEqualTo(greedy(here));
            }
        }
    }

    private static int[] greedy(Model model) {
        return model.generate(PROMPT[0], 12, Sampler.greedy(), OptionalInt.empty(), id -> {});
    }

    @ParameterizedTest
    @Tag(Suite.FIRST)
    @MethodSource("models")
    void gradients_are_those_of_the_processor(Device device, Transformer model) {
        Map<String, float[]> there = Gradients.of(device.resolve(), model);
        Map<String, float[]> here = Gradients.of(Device.cpu().resolve(), model);
        assertThat(there).hasSameSizeAs(here);
        here.forEach((name, gradient) -> assertClose(there.get(name), gradient, Places.tolerance(device)));
    }

    @ParameterizedTest
    @Tag(Suite.FIRST)
    @MethodSource("models")
    void one_step_lowers_the_loss_as_on_the_processor(Device device, Transformer model) {
        Training training = adamW(STEPS, 3e-3).batch(4).sequence(16).seed(3);
        List<TrainingLog.Point> there =
                trained(device, model, training, 2).log().points();
        List<TrainingLog.Point> here =
                trained(Device.cpu(), model, training, 2).log().points();

        for (int i = 0; i < 2; i++) {
            assertThat(there.get(i).loss())
                    .as("loss of step %d", i + 1)
                    .isCloseTo(here.get(i).loss(), within(Math.max(2e-3, Places.tolerance(device))));
        }
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void twenty_steps_go_as_in_float32_on_the_processor(
            Device device, Transformer model, Training training, double looser) {
        Training plain = training.execution(
                training.execution().arithmetic(Arithmetic.FLOAT32).checkpointing(false));
        List<TrainingLog.Point> here =
                trained(Device.cpu(), model, plain, STEPS).log().points();
        List<TrainingLog.Point> there =
                trained(device, model, training, STEPS).log().points();
        double near = looser * Math.max(2e-3, Places.tolerance(device));
        for (int i = 0; i < STEPS; i++) {
            assertThat(there.get(i).loss())
                    .as("loss of step %d", i + 1)
                    .isCloseTo(here.get(i).loss(), within(near));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void adapters_beside_codes_are_trained_as_on_the_processor(Device device, Transformer model) {
        Training training = adamW(STEPS, 3e-3).batch(4).sequence(16).seed(3).checkpointing();
        for (Precision precision : List.of(Precision.int8(), Precision.int4(16))) {
            Plan plan = Plan.of(
                    model, Compression.keepAll().on(attention(), feedForward()).quantize(precision, lora(4)));
            List<TrainingLog.Point> here = tuned(Device.cpu(), model, plan, training);
            List<TrainingLog.Point> there = tuned(device, model, plan, training);
            assertThat(here.get(STEPS - 1).loss()).isLessThan(here.get(0).loss());
            for (int i = 0; i < STEPS; i++) {
                assertThat(there.get(i).loss())
                        .as("%s, loss of step %d", precision, i + 1)
                        .isCloseTo(here.get(i).loss(), within(Math.max(2e-3, Places.tolerance(device))));
            }
        }
    }

    private static List<TrainingLog.Point> tuned(Device device, Transformer model, Plan plan, Training training) {
        try (Model fresh = Model.create(model, plan, 5)) {
            return Trainer.of(model, plan, training, PassSelection.here(training, Set.of(), device.resolve()))
                    .train(fresh.weights(), TEXT, NOTHING, Optional.empty())
                    .log()
                    .points();
        }
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void a_training_is_taken_up_where_it_was(Device device, Transformer model, Training training, double looser) {
        Fingerprint print = new Fingerprint(Map.of("model", "card"));
        Weights whole = trained(device, model, training, STEPS).weights();
        Trainer trainer = trainer(device, model, training);
        try (TrainingFolder first = CheckpointPolicy.in(folder).every(100).open(print)) {
            trainer.over(new StepRange(0, 8)).train(fresh(model), TEXT, NOTHING, Optional.of(first));
        }
        try (TrainingFolder second = CheckpointPolicy.resume(folder).every(100).open(print)) {
            Weights parts = trainer.train(fresh(model), TEXT, NOTHING, Optional.of(second))
                    .weights();
            double near = device.kind() == Device.Kind.CPU ? 0 : looser * Places.tolerance(device);
            for (ArraySpec array : Plan.dense(model).arrays()) {
                assertClose(
                        parts.read(array.name()).floats(),
                        whole.read(array.name()).floats(),
                        near);
            }
        }
    }

    private static Trainer.Outcome trained(Device device, Transformer model, Training training, int steps) {
        return trainer(device, model, training)
                .over(new StepRange(0, steps))
                .train(fresh(model), TEXT, NOTHING, Optional.empty());
    }

    private static Trainer trainer(Device device, Transformer model, Training training) {
        return Trainer.of(model, Plan.dense(model), training, PassSelection.here(training, Set.of(), device.resolve()));
    }

    private static Weights fresh(Transformer model) {
        try (Model fresh = Model.create(model, 5)) {
            return fresh.weights();
        }
    }

    /** Near in the scale of the largest number. */
    private static void assertClose(float[] actual, float[] wanted, double tolerance) {
        assertThat(actual).hasSameSizeAs(wanted);
        float largest = 0;
        for (float value : wanted) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) actual[i]).as("number %d", i).isCloseTo(wanted[i], within(tolerance * largest));
        }
    }
}
