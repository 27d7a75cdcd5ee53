package dev.lancet.tests.graphmodel;

import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Rank.ratio;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.linears;
import static dev.lancet.dsl.Selector.named;
import static dev.lancet.dsl.recipe.Training.adamW;
import static dev.lancet.surgery.imported.Objective.crossEntropy;
import static dev.lancet.surgery.imported.Objective.meanSquaredError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.TensorBundle;
import dev.lancet.tests.endtoend.StopAfter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class GraphModelTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path MLP = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");
    private static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    private static final Path FROZEN = FIXTURES.resolve("keras-transformer-classifier-frozen/frozen.pb");

    @TempDir
    private Path folder;

    @Test
    void a_cut_network_learns_again_what_it_knew() {
        GraphModel whole = GraphModel.open(MLP);
        Examples examples = asItAnswers(whole, features(512), "logits", 10);
        GraphModel cut =
                whole.compress(Compression.keepAll().on(named("dense2/kernel")).factorise(rank(4)));
        double broken = cut.accuracy(examples, crossEntropy("logits"));
        assertThat(cut.log()).isEmpty();
        GraphModel tuned =
                cut.train(examples, crossEntropy("logits"), adamW(120, 3e-3).batch(64));

        assertThat(whole.accuracy(examples, crossEntropy("logits"))).isEqualTo(1);
        assertThat(broken).isLessThan(0.9);
        assertThat(tuned.accuracy(examples, crossEntropy("logits"))).isGreaterThan(broken + 0.05);
        TrainingLog log = tuned.log().orElseThrow();
        assertThat(log.points().get(119).loss()).isLessThan(log.points().get(0).loss() / 2);
        assertThat(tuned).as("a training changes the model and returns it").isSameAs(cut);
    }

    @Test
    void the_same_seed_gives_the_same_weights() {
        GraphModel whole = GraphModel.open(MLP);
        Examples examples = asItAnswers(whole, features(64), "logits", 10);
        float[] once = GraphModel.open(MLP)
                .train(examples, crossEntropy("logits"), adamW(5, 1e-3))
                .output(examples, "logits");
        float[] again = GraphModel.open(MLP)
                .train(examples, crossEntropy("logits"), adamW(5, 1e-3))
                .output(examples, "logits");
        assertThat(once).containsExactly(again, within(1e-5f));
    }

    @Test
    void a_squared_error_brings_the_output_to_its_targets() {
        GraphModel model = GraphModel.open(MLP);
        Examples inputs = features(64);
        Examples examples = inputs.targets(new float[64][10]);
        float[] before = model.output(inputs, "logits");
        TrainingLog log = model.train(
                        examples, meanSquaredError("logits"), adamW(60, 1e-3).batch(64))
                .log()
                .orElseThrow();
        double mean = 0;
        for (float value : before) {
            mean += value * value / before.length;
        }
        assertThat(log.points().get(0).loss()).isCloseTo(mean, within(1e-4 * mean));
        assertThat(log.loss()).isLessThan(mean / 2);
    }

    @Test
    void a_keras_classifier_is_cut_quantised_tuned_and_served_with_its_signatures() {
        GraphModel whole = GraphModel.open(KERAS);
        Examples examples = asItAnswers(whole, ids(256), "output_0", 3);
        GraphModel small = whole.compress(Compression.keepAll()
                .on(everything())
                .quantize(int8())
                .on(named("*_down/kernel"))
                .quantize(bfloat16())
                .on(named("*_up/kernel"))
                .factorise(rank(8)));
        Path untuned = folder.resolve("small");
        small.save(untuned);
        GraphModel tuned =
                small.train(examples, crossEntropy("output_0"), adamW(40, 1e-3).batch(32));
        TrainingLog log = tuned.log().orElseThrow();
        assertThat(mean(log, 35, 40)).isLessThan(mean(log, 0, 5));

        Path out = folder.resolve("tuned");
        tuned.save(out);
        SavedModelFolder saved = SavedModelFolder.read(out);
        assertThat(saved.meta().getSignatureDefMap())
                .isEqualTo(SavedModelFolder.read(KERAS).meta().getSignatureDefMap());
        assertThat(saved.meta().getGraphDef().getNodeList())
                .anyMatch(node -> node.getOp().equals("Erfc"));
        assertThat(saved.meta().getGraphDef())
                .isEqualTo(SavedModelFolder.read(untuned).meta().getGraphDef());
        TensorBundle before = SavedModelFolder.read(untuned).variables().orElseThrow();
        TensorBundle after = saved.variables().orElseThrow();
        assertThat(after.entries()).hasSameSizeAs(before.entries());
        assertThat(before.entries()).allSatisfy(entry -> {
            boolean frozen = entry.type() != DataType.DT_FLOAT || entry.key().endsWith(".scale");
            assertThat(after.read(entry.key()).equals(before.read(entry.key())))
                    .as(entry.key())
                    .isEqualTo(frozen);
        });
        float[] own = tuned.output(examples, "output_0");
        // The saved graph computes Erfc where the trained one has Erf, which may round otherwise to the 8 bits of
        // bfloat16.
        assertThat(served(out, 256)).containsExactly(own, within(1e-2f));
    }

    @Test
    void a_frozen_graph_is_tuned_and_frozen_again() {
        GraphModel whole = GraphModel.open(FROZEN);
        Examples inputs = ids(64);
        float[] answers = whole.output(inputs, meanSquaredError("Identity"));
        Examples examples = inputs.targets(new float[64][answers.length / 64]);
        GraphModel tuned = whole.train(
                examples, meanSquaredError("Identity"), adamW(10, 1e-3).batch(32));
        Path out = folder.resolve("tuned.pb");
        tuned.save(out);
        assertThat(GraphModel.open(out).output(inputs, "Identity"))
                .containsExactly(tuned.output(inputs, "Identity"), within(1e-4f));
        assertThat(tuned.output(inputs, "Identity")).isNotEqualTo(answers);
    }

    @Test
    void accuracy_on_real_rows_comes_back() throws IOException {
        String data = System.getenv("LANCET_TFNS");
        assumeTrue(
                data != null,
                "LANCET_TFNS is not set; it is the folder with the classifier's own rows, train_ids.i32 and so on");
        Path rows = Path.of(String.valueOf(data));
        Examples valid = labelled(rows, "valid");
        GraphModel whole = GraphModel.open(KERAS);
        GraphModel cut = whole.compress(Compression.keepAll()
                .on(linears())
                .factorise(ratio(0.25))
                .on(named("logits/kernel"))
                .keep());
        assertThat(whole.accuracy(valid, crossEntropy("output_0"))).isCloseTo(0.7952, within(0.001));
        assertThat(cut.accuracy(valid, crossEntropy("output_0"))).isLessThan(0.7);
        GraphModel tuned = cut.train(
                labelled(rows, "train"),
                crossEntropy("output_0"),
                adamW(200, 1e-3).batch(32));
        assertThat(tuned.accuracy(valid, crossEntropy("output_0"))).isGreaterThan(0.77);
    }

    private static Examples labelled(Path folder, String part) throws IOException {
        int[] flat = ints(folder.resolve(part + "_ids.i32"));
        int[][] rows = new int[flat.length / 32][];
        Arrays.setAll(rows, row -> Arrays.copyOfRange(flat, 32 * row, 32 * row + 32));
        return Examples.of("ids", rows).labels(ints(folder.resolve(part + "_labels.i32")));
    }

    private static int[] ints(Path file) throws IOException {
        IntBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        int[] all = new int[numbers.remaining()];
        numbers.get(all);
        return all;
    }

    @Test
    void a_text_transformer_of_another_kind_is_tuned_through_its_own_operators() {
        float[] characters = new float[2 * 512 * 24];
        for (int i = 0; i < characters.length; i++) {
            characters[i] = i % 7 == 0 ? 1 : 0;
        }
        Examples examples = Examples.of("input_1", characters, 2, 512, 24).targets(new float[2][256]);
        GraphModel model = GraphModel.open(FIXTURES.resolve("retsim/original/v1"));
        TrainingLog log = model.train(
                        examples,
                        meanSquaredError("embedding_model"),
                        adamW(4, 1e-3).batch(2))
                .log()
                .orElseThrow();
        assertThat(log.points()).hasSize(4).allMatch(point -> point.gradientNorm() > 0);
    }

    @Test
    void an_operator_without_a_gradient_is_named_with_its_node_before_anything_runs() throws IOException {
        Path file = graph("""
                x = Placeholder [4,2]
                w = Const [2,2] {1.0,2.0,3.0,4.0}
                steps = MatMul(x, w)
                jumps = Round(steps)
                y = Square(jumps)
                """);
        GraphModel model = GraphModel.open(file);
        Examples none = Examples.of("x", new float[4][2]).targets(new float[4][2]);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> model.train(none, meanSquaredError("y"), adamW(1, 1e-3)))
                .withMessageStartingWith(
                        "train: node 'jumps' is a Round, which lies between a trained weight and the loss and has no gradient");
    }

    @Test
    void an_operator_that_only_tensorflow_knows_to_have_no_gradient_is_named_too() throws IOException {
        Path file = graph("""
                x = Placeholder [4,2]
                w = Const [2,2] {1.0,2.0,3.0,4.0}
                steps = MatMul(x, w)
                bessel = BesselI0(steps)
                y = Square(bessel)
                """);
        Examples none = Examples.of("x", new float[4][2]).targets(new float[4][2]);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> GraphModel.open(file).train(none, meanSquaredError("y"), adamW(1, 1e-3)))
                .withMessageStartingWith(
                        "train: node 'bessel' is a BesselI0, which lies between a trained weight and the loss and has no gradient");
    }

    @Test
    void what_does_not_fit_is_said() {
        GraphModel model = GraphModel.open(MLP);
        Examples rows = features(4);
        refused(model, rows, "logits", "examples: they have no labels");
        refused(
                model,
                Examples.of("x", new float[4][95]).labels(0, 1, 2, 3),
                "logits",
                "examples: the signature takes its input 'x' in the shape [any, 96], but these rows have");
        refused(model, rows.labels(0, 1, 2, 10), "logits", "examples: the label 10 is not one of the 10 classes");
        refused(
                model,
                rows.labels(0, 1, 2, 3),
                "logit",
                "output: signature serving_default has none called 'logit'; near it: logits");
        refused(
                model,
                Examples.of("y", new float[4][96]).labels(0, 1, 2, 3),
                "logits",
                "examples: the signature takes 'x', but they have only [y]");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> model.train(
                        rows.labels(0, 1, 2, 3), crossEntropy("logits").in("predict"), adamW(1, 1e-3)))
                .withMessage("signature: the model has none called 'predict'; it has [serving_default]");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> rows.labels(1, 2, 3))
                .withMessageStartingWith("examples: labels has 3 numbers for 4 rows");
        GraphModel codes = model.compress(Compression.keepAll().on(everything()).quantize(int8()));
        assertThat(codes.train(rows.labels(0, 1, 2, 3), crossEntropy("logits"), adamW(1, 1e-3))
                        .log())
                .as("biases are floats, and are trained")
                .isPresent();
    }

    @Test
    void a_trained_graph_is_compressed_as_it_was_trained() {
        GraphModel model = GraphModel.open(MLP);
        Examples rows = features(64);
        Examples labelled = asItAnswers(model, rows, "logits", 10);
        GraphModel small = model.compress(
                        Compression.keepAll().on(named("dense2/kernel")).factorise(rank(4)))
                .train(labelled, crossEntropy("logits"), adamW(20, 3e-3).batch(32));
        float[] trained = small.output(rows, "logits");
        GraphModel smaller =
                small.compress(Compression.keepAll().on(everything()).quantize(int8()));

        assertThat(smaller.plan().step("dense2/kernel").rank()).hasValue(4);
        assertThat(smaller.plan().step("dense2/kernel").precision()).isEqualTo(int8());
        assertThat(distance(trained, smaller.output(rows, "logits"))).isBetween(1e-6, 0.05);
        Path out = folder.resolve("smaller");
        smaller.save(out);
        assertThat(GraphModel.open(out).output(rows, "logits"))
                .containsExactly(smaller.output(rows, "logits"), within(1e-4f));
    }

    /** {@code ‖a − b‖ / ‖a‖}. */
    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            length += a[i] * a[i];
        }
        return Math.sqrt(difference / length);
    }

    @Test
    void held_out_examples_end_a_training_with_the_best_weights() {
        GraphModel model = GraphModel.open(MLP);
        Examples all = asItAnswers(model, features(128), "logits", 10);
        int[] wrong = new SplittableRandom(5).ints(64, 0, 10).toArray();
        Examples learnt = features(128).between(0, 64).labels(wrong);
        GraphModel trained = model.train(
                learnt,
                all.between(64, 128),
                crossEntropy("logits"),
                adamW(60, 3e-3).batch(32).validateEvery(5).stopEarly(2));
        TrainingLog log = trained.log().orElseThrow();

        assertThat(log.steps()).as("random labels do not generalise").isLessThan(60);
        TrainingLog.Validation best = log.best().orElseThrow();
        assertThat(log.validations()).allMatch(validation -> validation.loss() >= best.loss());
        assertThat(loss(trained, all.between(64, 128))).isCloseTo(best.loss(), within(1e-4));
    }

    /** Mean cross entropy in nats, computed here. */
    private static double loss(GraphModel model, Examples rows) {
        float[] scores = model.output(rows, "logits");
        int[] labels = rows.classes();
        double sum = 0;
        for (int row = 0; row < labels.length; row++) {
            double total = 0;
            for (int i = 0; i < 10; i++) {
                total += Math.exp(scores[10 * row + i]);
            }
            sum += Math.log(total) - scores[10 * row + labels[row]];
        }
        return sum / labels.length;
    }

    @Test
    void a_training_that_diverges_is_ended() {
        GraphModel model = GraphModel.open(MLP);
        Examples examples = asItAnswers(model, features(64), "logits", 10);

        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> model.train(
                        examples,
                        crossEntropy("logits"),
                        adamW(400, 50).batch(32).clip(0).warmup(0).stopDiverging(1, 5)))
                .withMessageContaining("lower the rate 50");
    }

    @Test
    void a_training_that_was_stopped_goes_on_to_the_same_weights() {
        Examples examples = asItAnswers(GraphModel.open(MLP), features(64), "logits", 10);
        Examples heldOut = examples.between(48, 64);
        Examples learnt = examples.between(0, 48);
        Training training = adamW(12, 1e-3).batch(16).validateEvery(4);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        GraphModel once = cut();
        once.train(learnt, heldOut, crossEntropy("logits"), training, CheckpointPolicy.in(whole));

        assertThatExceptionOfType(TrainingStoppedException.class).isThrownBy(() -> cut().progress(new StopAfter(5))
                .train(learnt, heldOut, crossEntropy("logits"), training, CheckpointPolicy.in(parts)));
        GraphModel resumed = cut();
        resumed.train(learnt, heldOut, crossEntropy("logits"), training, CheckpointPolicy.resume(parts));

        assertThat(resumed.output(examples, "logits")).isEqualTo(once.output(examples, "logits"));
        assertThat(losses(resumed)).isEqualTo(losses(once)).hasSize(12);
        assertThat(resumed.log().orElseThrow().validations())
                .isEqualTo(once.log().orElseThrow().validations())
                .hasSize(3);
        assertThat(whole.resolve("metrics.jsonl")).exists();
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> cut().train(
                                learnt, heldOut, meanSquaredError("logits"), training, CheckpointPolicy.resume(parts)))
                .withMessageContaining("belongs to another training");
    }

    private static GraphModel cut() {
        return GraphModel.open(MLP)
                .compress(Compression.keepAll().on(named("dense2/kernel")).factorise(rank(4)));
    }

    private static List<Double> losses(GraphModel model) {
        return model.log().orElseThrow().points().stream()
                .map(TrainingLog.Point::loss)
                .toList();
    }

    private static void refused(GraphModel model, Examples examples, String output, String why) {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> model.train(examples, crossEntropy(output), adamW(1, 1e-3)))
                .withMessageStartingWith(why);
    }

    private Path graph(String text) throws IOException {
        GraphDef.Builder graph = GraphText.parse(text).toBuilder();
        graph.getNodeBuilderList().stream()
                .filter(node -> node.getInputCount() > 0)
                .forEach(node -> node.putAttr("T", Attributes.of(DataType.DT_FLOAT)));
        return Files.write(folder.resolve("graph.pb"), graph.build().toByteArray());
    }

    /** Examples whose labels are what a model says about them. */
    private static Examples asItAnswers(GraphModel model, Examples inputs, String output, int classes) {
        float[] scores = model.output(inputs, output);
        int[] labels = new int[inputs.count()];
        for (int row = 0; row < labels.length; row++) {
            for (int i = 1; i < classes; i++) {
                labels[row] = scores[row * classes + i] > scores[row * classes + labels[row]] ? i : labels[row];
            }
        }
        return inputs.labels(labels);
    }

    private static double mean(TrainingLog log, int from, int to) {
        return log.points().subList(from, to).stream()
                .mapToDouble(TrainingLog.Point::loss)
                .average()
                .orElseThrow();
    }

    private static Examples features(int rows) {
        SplittableRandom random = new SplittableRandom(7);
        float[][] values = new float[rows][96];
        for (float[] row : values) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (4 * random.nextDouble() - 2);
            }
        }
        return Examples.of("x", values);
    }

    private static int[][] rows(int count) {
        SplittableRandom random = new SplittableRandom(11);
        int[][] values = new int[count][32];
        for (int[] row : values) {
            int words = 4 + random.nextInt(28);
            for (int i = 0; i < words; i++) {
                row[i] = 1 + random.nextInt(4095);
            }
        }
        return values;
    }

    private static Examples ids(int count) {
        return Examples.of("ids", rows(count));
    }

    private static float[] served(Path saved, int count) {
        int[] flat = Arrays.stream(rows(count)).flatMapToInt(Arrays::stream).toArray();
        try (SavedModelBundle model = SavedModelBundle.load(saved.toString(), "serve");
                Tensor ids = TInt32.tensorOf(Shape.of(count, 32), DataBuffers.of(flat));
                var result = model.function("serving_default").call(Map.of("ids", ids))) {
            TFloat32 scores = (TFloat32) result.get("output_0").orElseThrow();
            float[] values = new float[(int) scores.size()];
            scores.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }
}
