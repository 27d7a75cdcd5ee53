package dev.lancet.tests.endtoend;

import static dev.lancet.dsl.recipe.Training.adamW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.classify.ClassifierFineTuning;
import dev.lancet.runtime.classify.ClassifierSettings;
import dev.lancet.runtime.classify.LabelledText;
import dev.lancet.runtime.classify.LabelledTexts;
import dev.lancet.runtime.classify.TextClassifier;
import dev.lancet.runtime.classify.TrainedClassifierPart;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.TensorBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class ClassifierFineTuningTest {

    private static final LabelledTexts TEXTS = texts(48);
    private static final LabelledTexts HELD_OUT = texts(12);

    @TempDir
    private Path folder;

    private Path encoder = Path.of("");

    @BeforeEach
    void an_encoder() throws IOException {
        encoder = TinyEncoder.write(folder);
    }

    @Test
    void a_new_head_learns_and_the_saved_model_computes_what_plain_java_computes() {
        ClassifierFineTuning.Outcome outcome =
                train(encoder, settings(TrainedClassifierPart.HEAD), TEXTS, adamW(120, 0.1), "head");
        Path out = folder.resolve("classifier");
        outcome.save(out);

        assertThat(outcome.trained().parameters()).isEqualTo(TinyEncoder.WIDTH * 2 + 2);
        assertThat(outcome.trained().head()).containsExactlyInAnyOrder("classifier.weight", "classifier.bias");
        assertThat(outcome.trained().output()).isEqualTo("hidden");
        TaskResult validation = outcome.trained().validation().orElseThrow();
        assertThat(validation.labels()).containsExactly("bad", "good");
        assertThat(validation.majority()).isEqualTo(0.5);
        assertThat(validation.accuracy()).isEqualTo(1);
        assertThat(validation.first().classification().macroF1()).isEqualTo(1);

        SavedModelFolder before = SavedModelFolder.read(encoder);
        SavedModelFolder after = SavedModelFolder.read(out);
        assertThat(after.meta().getSignatureDefOrThrow("serving_default").toBuilder()
                        .removeOutputs("probabilities")
                        .build())
                .isEqualTo(before.meta().getSignatureDefOrThrow("serving_default"));
        TensorBundle weights = after.variables().orElseThrow();
        for (String frozen : List.of(TinyEncoder.TABLE, TinyEncoder.KERNEL)) {
            assertThat(weights.read(frozen))
                    .isEqualTo(before.variables().orElseThrow().read(frozen));
        }

        TaskResult again = classifier(out).measure(HELD_OUT, 42);
        assertThat(again).isEqualTo(validation);
        String text = "It is good Sundays";
        float[] expected = plain(weights, text);
        assertThat(expected[1]).isGreaterThan(0.6f);
        assertThat(served(out, text, 0)).containsExactly(expected, within(1e-5f));
        assertThat(served(out, text, 5)).as("positions without a token").containsExactly(expected, within(1e-5f));
    }

    @Test
    void adapters_are_trained_with_the_head_and_merged() {
        ClassifierFineTuning.Outcome outcome =
                train(encoder, settings(TrainedClassifierPart.ADAPTERS), TEXTS, adamW(60, 5e-3), "adapters");
        Path out = folder.resolve("classifier");
        outcome.save(out);

        assertThat(outcome.trained().parameters()).isEqualTo(2 * 2 * TinyEncoder.WIDTH + TinyEncoder.WIDTH * 2 + 2);
        assertThat(outcome.trained().validation().orElseThrow().accuracy()).isEqualTo(1);
        SavedModelFolder after = SavedModelFolder.read(out);
        assertThat(after.meta().getGraphDef().getNodeList())
                .extracting(NodeDef::getName)
                .noneMatch(name -> name.contains("lora"));
        TensorBundle weights = after.variables().orElseThrow();
        TensorBundle before = SavedModelFolder.read(encoder).variables().orElseThrow();
        assertThat(weights.read(TinyEncoder.TABLE)).isEqualTo(before.read(TinyEncoder.TABLE));
        assertThat(weights.read(TinyEncoder.KERNEL)).isNotEqualTo(before.read(TinyEncoder.KERNEL));
        String text = "It is bad Ho";
        assertThat(served(out, text, 0)).containsExactly(plain(weights, text), within(1e-5f));
        assertThat(classifier(out).measure(HELD_OUT, 42))
                .isEqualTo(outcome.trained().validation().orElseThrow());
    }

    @Test
    void all_weights_are_trained_and_a_compressed_classifier_keeps_its_classes() {
        ClassifierFineTuning.Outcome outcome =
                train(encoder, settings(TrainedClassifierPart.ALL), TEXTS, adamW(60, 5e-3), "all");
        Path out = folder.resolve("classifier");
        outcome.save(out);

        TensorBundle weights = SavedModelFolder.read(out).variables().orElseThrow();
        TensorBundle before = SavedModelFolder.read(encoder).variables().orElseThrow();
        assertThat(weights.read(TinyEncoder.TABLE)).isNotEqualTo(before.read(TinyEncoder.TABLE));
        Path small = folder.resolve("small");
        GraphModel.open(out)
                .compress(Compression.keepAll().on(Selector.embedding()).quantize(Precision.int8()))
                .save(small);
        assertThat(classifier(small).measure(HELD_OUT, 42).accuracy()).isEqualTo(1);
    }

    @Test
    void an_output_that_scores_the_classes_already_needs_no_new_head() {
        LabelledTexts three = three(24);
        ClassifierFineTuning.Outcome outcome = new ClassifierFineTuning(
                        Classifier.MODEL,
                        new ClassifierSettings(
                                Optional.of(TinyEncoder.TOKENIZER),
                                Optional.empty(),
                                OptionalInt.empty(),
                                TrainedClassifierPart.HEAD,
                                Adapter.lora(2),
                                Optional.empty()),
                        Device.cpu(),
                        Progress.silent())
                .train(three, three, adamW(5, 1e-2), CheckpointPolicy.in(folder.resolve("scores")));
        Path out = folder.resolve("classifier");
        outcome.save(out);

        assertThat(outcome.trained().head()).containsExactlyInAnyOrder("logits/kernel", "logits/bias");
        assertThat(outcome.files().names().names()).containsExactly("2", "9", "10");
        SavedModelFolder after = SavedModelFolder.read(out);
        assertThat(after.meta().getGraphDef().getNodeList())
                .extracting(NodeDef::getName)
                .doesNotContain("classifier.weight");
        TensorBundle weights = after.variables().orElseThrow();
        GraphModel original = GraphModel.open(Classifier.MODEL);
        original.save(folder.resolve("original"));
        TensorBundle before =
                SavedModelFolder.read(folder.resolve("original")).variables().orElseThrow();
        assertThat(before.entries()).isNotEmpty().allSatisfy(entry -> assertThat(
                        weights.read(entry.key()).equals(before.read(entry.key())))
                .as(entry.key())
                .isEqualTo(!entry.key().startsWith("logits/")));
        assertThat(classifier(out).measure(three, 1).first().classification())
                .isEqualTo(classifier(out).measure(three, 1).first().classification());
        assertThat(classifier(out).measure(three, 1).answers()).allSatisfy(answer -> assertThat(
                        answer.logLikelihoods().stream().mapToDouble(Math::exp).sum())
                .isCloseTo(1, within(1e-5)));

        Path again = folder.resolve("again");
        new ClassifierFineTuning(out, settings(TrainedClassifierPart.ALL), Device.cpu(), Progress.silent())
                .train(three, LabelledTexts.none(), adamW(2, 1e-4), CheckpointPolicy.in(folder.resolve("further")))
                .save(again);
        assertThat(classifier(again).measure(three, 1).rows()).isEqualTo(24);
    }

    @Test
    void a_training_that_was_interrupted_ends_with_the_same_classifier() {
        Training training = adamW(12, 1e-2).validateEvery(4);
        ClassifierFineTuning.Outcome whole =
                train(encoder, settings(TrainedClassifierPart.ADAPTERS), TEXTS, training, "uninterrupted");
        Path parts = folder.resolve("parts");
        assertThatExceptionOfType(TrainingStoppedException.class).isThrownBy(() -> new ClassifierFineTuning(
                        encoder, settings(TrainedClassifierPart.ADAPTERS), Device.cpu(), new StopAfter(5))
                .train(TEXTS, HELD_OUT, training, CheckpointPolicy.in(parts)));

        ClassifierFineTuning.Outcome resumed = new ClassifierFineTuning(
                        encoder, settings(TrainedClassifierPart.ADAPTERS), Device.cpu(), Progress.silent())
                .train(TEXTS, HELD_OUT, training, CheckpointPolicy.resume(parts));

        assertThat(resumed.trained().validation()).isEqualTo(whole.trained().validation());
    }

    @Test
    void longer_texts_lose_their_end_and_are_counted() {
        List<LabelledText> rows = new ArrayList<>(TEXTS.rows());
        rows.add(new LabelledText("a long row", "good ".repeat(40), "good"));
        ClassifierSettings brief = new ClassifierSettings(
                Optional.of(TinyEncoder.TOKENIZER),
                Optional.of("hidden"),
                OptionalInt.of(16),
                TrainedClassifierPart.HEAD,
                Adapter.lora(2),
                Optional.empty());
        ClassifierFineTuning.Outcome outcome = train(encoder, brief, new LabelledTexts(rows), adamW(2, 1e-2), "long");
        assertThat(outcome.trained().cut()).isEqualTo(1);
        assertThat(outcome.files().sequence()).isEqualTo(16);
    }

    @Test
    void what_cannot_be_classified_is_refused_with_a_way_out() throws IOException {
        assertRefused(
                settings("embedding"),
                TEXTS,
                "output: there is none called 'embedding'; the model has hidden (float [any, any, 8]); choose one with"
                        + " --output NAME");
        LabelledTexts same = new LabelledTexts(List.of(new LabelledText("row 1", "good", "good")));
        assertRefused(
                settings("hidden"), same, "all 1 rows have the class [good]; a classifier needs rows of at least");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> new ClassifierFineTuning(encoder, settings("hidden"), Device.cpu(), Progress.silent())
                        .train(
                                TEXTS,
                                new LabelledTexts(List.of(new LabelledText("v.csv, row 7", "so so", "neutral"))),
                                adamW(1, 1e-3),
                                CheckpointPolicy.in(folder.resolve("unseen"))))
                .withMessage("classes: v.csv, row 7 has the class 'neutral', which the model was not trained on; it"
                        + " knows [bad, good]");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> new ClassifierFineTuning(
                        encoder,
                        new ClassifierSettings(
                                Optional.empty(),
                                Optional.empty(),
                                OptionalInt.empty(),
                                TrainedClassifierPart.HEAD,
                                Adapter.lora(2),
                                Optional.empty()),
                        Device.cpu(),
                        Progress.silent()))
                .withMessageContaining("tokenizer: " + encoder + " has none in assets.extra, in assets or beside it")
                .withMessageContaining("--tokenizer FILE");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> classifier(encoder))
                .withMessageContaining("has no assets.extra/labels.json");
        Files.createDirectory(encoder.resolve("assets.extra"));
        Files.writeString(encoder.resolve("assets.extra/labels.json"), "{\"labels\": [\"a\", \"a\"], \"sequence\": 9}");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> classifier(encoder))
                .withMessageContaining("labels.json: is damaged");
    }

    private void assertRefused(ClassifierSettings settings, LabelledTexts texts, String message) {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> train(encoder, settings, texts, adamW(1, 1e-3), "refused"))
                .withMessageContaining(message);
    }

    private ClassifierFineTuning.Outcome train(
            Path model, ClassifierSettings settings, LabelledTexts texts, Training training, String name) {
        return new ClassifierFineTuning(model, settings, Device.cpu(), Progress.silent())
                .train(texts, HELD_OUT, training, CheckpointPolicy.in(folder.resolve(name)));
    }

    private static TextClassifier classifier(Path model) {
        return TextClassifier.open(model, Optional.of(TinyEncoder.TOKENIZER), Device.cpu(), Progress.silent());
    }

    private static ClassifierSettings settings(TrainedClassifierPart part) {
        return new ClassifierSettings(
                Optional.of(TinyEncoder.TOKENIZER),
                Optional.empty(),
                OptionalInt.empty(),
                part,
                Adapter.lora(2),
                Optional.empty());
    }

    private static ClassifierSettings settings(String output) {
        return new ClassifierSettings(
                Optional.of(TinyEncoder.TOKENIZER),
                Optional.of(output),
                OptionalInt.empty(),
                TrainedClassifierPart.HEAD,
                Adapter.lora(2),
                Optional.empty());
    }

    private static LabelledTexts texts(int rows) {
        List<String> words = List.of("It is", "She said", "Sundays", "Each", "Few", "Later");
        List<LabelledText> texts = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String label = i % 2 == 0 ? "good" : "bad";
            texts.add(new LabelledText("row " + i, words.get(i / 2 % words.size()) + " " + label, label));
        }
        return new LabelledTexts(texts);
    }

    private static LabelledTexts three(int rows) {
        List<LabelledText> texts = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String label = List.of("10", "2", "9").get(i % 3);
            texts.add(new LabelledText("row " + i, "Each " + label, label));
        }
        return new LabelledTexts(texts);
    }

    private static int[] ids(String text) {
        try (Tokenizer tokenizer = Tokenizer.open(TinyEncoder.TOKENIZER)) {
            return tokenizer.encode(text);
        }
    }

    /** The probabilities by the formula, from the weights of the checkpoint. */
    private static float[] plain(TensorBundle weights, String text) {
        float[] table = floats(weights, TinyEncoder.TABLE);
        float[] kernel = floats(weights, TinyEncoder.KERNEL);
        float[] head = floats(weights, "classifier.weight");
        float[] bias = floats(weights, "classifier.bias");
        int width = TinyEncoder.WIDTH;
        int[] ids = ids(text);
        double[] mean = new double[width];
        for (int id : ids) {
            for (int j = 0; j < width; j++) {
                double sum = 0;
                for (int k = 0; k < width; k++) {
                    sum += table[id * width + k] * kernel[k * width + j];
                }
                mean[j] += Math.tanh(sum) / ids.length;
            }
        }
        double[] scores = new double[2];
        for (int label = 0; label < 2; label++) {
            scores[label] = bias[label];
            for (int j = 0; j < width; j++) {
                scores[label] += mean[j] * head[j * 2 + label];
            }
        }
        double total = Math.exp(scores[0]) + Math.exp(scores[1]);
        return new float[] {(float) (Math.exp(scores[0]) / total), (float) (Math.exp(scores[1]) / total)};
    }

    private static float[] floats(TensorBundle weights, String name) {
        var bytes = weights.read(name);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** The probabilities by TensorFlow, from the saved model, with some positions without a token. */
    private static float[] served(Path model, String text, int empty) {
        int[] ids = ids(text);
        int[] filled = new int[ids.length + empty];
        int[] mask = new int[filled.length];
        for (int i = 0; i < ids.length; i++) {
            filled[i] = ids[i];
            mask[i] = 1;
        }
        try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
                TInt32 tokens = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {filled}));
                TInt32 counts = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {mask}));
                TInt32 types = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {new int[filled.length]}))) {
            Session.Runner runner = bundle.session()
                    .runner()
                    .feed("input_ids", tokens)
                    .feed("attention_mask", counts)
                    .feed("token_type_ids", types)
                    .fetch("classifier.probabilities");
            try (Result result = runner.run()) {
                TFloat32 probabilities = (TFloat32) result.get(0);
                return new float[] {probabilities.getFloat(0, 0), probabilities.getFloat(0, 1)};
            }
        }
    }
}
