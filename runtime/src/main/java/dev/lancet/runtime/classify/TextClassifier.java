package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Objective;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A classifier of texts that {@link ClassifierFineTuning} saved, perhaps compressed since.
 *
 * <pre>{@code
 * TextClassifier classifier = TextClassifier.open(Path.of("tuned/model"), Device.auto(), Progress.silent());
 * System.out.println(TaskText.table(classifier.measure(texts, 42)));
 * }</pre>
 */
public final class TextClassifier {

    private static final String NAME = "classify";

    private final GraphModel model;
    private final ClassifierMetadata files;
    private final TextSignatureInputs inputs;
    private final Path tokenizer;
    private final Progress progress;

    private TextClassifier(
            GraphModel model, ClassifierMetadata files, TextSignatureInputs inputs, Path tokenizer, Progress progress) {
        this.model = model;
        this.files = files;
        this.inputs = inputs;
        this.tokenizer = tokenizer;
        this.progress = progress;
    }

    /**
     * Opens the SavedModel of a classifier.
     *
     * @param tokenizer a {@code tokenizer.json}; empty for the one in the model
     * @throws LancetException if it is no such model, or damaged
     */
    public static TextClassifier open(Path path, Optional<Path> tokenizer, Device device, Progress progress) {
        if (!Files.isDirectory(path)) {
            throw new LancetException(path + ": is no folder; a classifier is a SavedModel folder");
        }
        ClassifierMetadata files = ClassifierMetadata.read(path);
        ImportedModel opened = ImportedModel.open(path);
        return of(
                GraphModel.of(opened).on(device).progress(progress),
                opened,
                files,
                SignatureTokenizer.file(path, tokenizer),
                progress);
    }

    /** A classifier in memory. */
    static TextClassifier of(
            GraphModel model, ImportedModel graph, ClassifierMetadata files, Path tokenizer, Progress progress) {
        Objective output = Objective.crossEntropy(files.output()).in(files.signature());
        int classes = classes(output, graph);
        if (classes != files.names().count()) {
            throw new LancetException(graph.path() + ": scores " + classes + " classes, but its "
                    + ClassifierMetadata.LABELS + " names " + files.names().count() + "; train the classifier again");
        }
        TextSignatureInputs inputs = TextSignatureInputs.of(
                output.signatureOf(graph.meta()), graph.path().toString());
        return new TextClassifier(model, files, inputs, tokenizer, progress);
    }

    private static int classes(Objective output, ImportedModel graph) {
        try {
            return output.classes(graph.meta());
        } catch (LancetException wrong) {
            throw new LancetException(
                    graph.path() + ": does not fit its " + ClassifierMetadata.LABELS + ": " + wrong.getMessage(),
                    wrong);
        }
    }

    /**
     * Measures how often the most probable class is the right one.
     *
     * @param seed the seed of the resamples for the intervals
     * @throws LancetException if a text has a class that the classifier does not know
     */
    public TaskResult measure(LabelledTexts texts, long seed) {
        LabelledTextTokenizer.Encoded encoded = encode(texts);
        float[] probabilities = model.output(
                encoded.examples(), Objective.crossEntropy(files.output()).in(files.signature()));
        return ClassifierMeasurement.of(NAME, files.names(), texts, probabilities, encoded.cut(), seed);
    }

    /** The texts as the model takes them, with their classes. */
    LabelledTextTokenizer.Encoded encode(LabelledTexts texts) {
        try (Tokenizer opened = Tokenizer.open(tokenizer)) {
            int vocabulary = SignatureTokenizer.vocabulary(model.plan());
            return new LabelledTextTokenizer(new SignatureTokenizer(opened, inputs, files.sequence(), vocabulary))
                    .encode(texts, files.names(), progress);
        }
    }
}
