package dev.lancet.tests.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.classify.ClassLabels;
import dev.lancet.runtime.classify.LabelledTexts;
import dev.lancet.runtime.classify.TextClassifier;
import dev.lancet.runtime.device.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;

/** Rows with classes, and models that {@code lancet tune --task classify} saved. */
final class Classifiers {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    private static final Damage BLIND = ((Damage) Damage::blind).often();
    private static final Damage JSON = BLIND.or(new JsonDamage().or(new JsonDamage().often()));
    private static final String SERVING = "serving_default";
    private static final String LABELS = "{\"labels\":[\"down\",\"flat\",\"up\"],\"signature\":\"" + SERVING
            + "\",\"output\":\"output_0\",\"sequence\":32}";

    private Classifiers() {}

    static List<Sample> classes(Path scratch) throws IOException {
        byte[] lines = "{\"text\": \"Rates rose\", \"label\": 2}\n{\"text\": \"Rates fell\", \"label\": 0}\n"
                .getBytes(StandardCharsets.UTF_8);
        byte[] marked = "Rates rose@up\nRates fell@down\n".getBytes(StandardCharsets.UTF_8);
        byte[] rows = PromptExamples.CLASSES.getBytes(StandardCharsets.UTF_8);
        return List.of(
                Sample.alone(rows, BLIND, scratch.resolve("a.csv"), file -> rows(file, "text")),
                Sample.alone(lines, JSON, scratch.resolve("a.jsonl"), file -> rows(file, "text")),
                Sample.alone(marked, BLIND, scratch.resolve("a.txt"), file -> rows(file, "sentence")));
    }

    private static Runnable rows(Path file, String field) {
        LabelledTexts texts =
                LabelledTexts.read(file, new LabelledTexts.Fields(Optional.of(field), "label"), Progress.silent());
        return () -> Sample.print(ClassLabels.of(texts), texts.holdOut(0.3, 7), texts.some(2, 7));
    }

    static List<Sample> classifiers(Path scratch) throws IOException {
        Path good = scratch.resolve("good");
        Sample.inFolder(KERAS, "saved_model.pb", BLIND, good, Classifiers::open);
        Path extra = Files.createDirectories(good.resolve("assets.extra"));
        Files.writeString(extra.resolve("labels.json"), LABELS);
        Files.copy(FIXTURES.resolve("lm-eval-reference/model/tokenizer.json"), extra.resolve("tokenizer.json"));
        return List.of(
                Sample.inFolder(good, "assets.extra/labels.json", JSON, scratch.resolve("labels"), Classifiers::open),
                Sample.inFolder(
                        good,
                        "saved_model.pb",
                        Classifiers::signature,
                        scratch.resolve("signature"),
                        Classifiers::open));
    }

    private static Runnable open(Path folder) {
        TextClassifier classifier = TextClassifier.open(folder, Optional.empty(), Device.cpu(), Progress.silent());
        return () -> Sample.print(classifier);
    }

    /** Another signature in the model, so that what a classifier asks of it is reached. */
    private static byte[] signature(byte[] whole, Random random) {
        try {
            SavedModel.Builder model = SavedModel.parseFrom(whole).toBuilder();
            byte[] good = model.getMetaGraphs(0).getSignatureDefOrThrow(SERVING).toByteArray();
            model.getMetaGraphsBuilder(0)
                    .putSignatureDef(SERVING, SignatureDef.parseFrom(new WireDamage().of(good, random)));
            return model.build().toByteArray();
        } catch (InvalidProtocolBufferException broken) {
            return Damage.blind(whole, random);
        }
    }
}
