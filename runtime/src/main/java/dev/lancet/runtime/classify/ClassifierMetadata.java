package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.runtime.report.page.ReportFiles;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.surgery.imported.ClassifierHead;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a classifier of texts that TensorFlow does not read. They stand in the folder {@code assets.extra} of the
 * SavedModel: the tokenizer, and {@code labels.json}:
 *
 * <pre>{@code
 * {
 *   "labels" : [ "negative", "positive" ],
 *   "signature" : "serving_default",
 *   "output" : "probabilities",
 *   "sequence" : 128
 * }
 * }</pre>
 *
 * @param names the classes, in the order of the output's last axis
 * @param signature the signature that takes the texts
 * @param output its output with the probabilities, {@code [batch, classes]}
 * @param sequence the most tokens of a text
 */
public record ClassifierMetadata(ClassLabels names, String signature, String output, int sequence) {

    /** The file with the names of the classes. */
    public static final String LABELS = "labels.json";

    private static final int LARGEST_LABELS = 1 << 20;
    private static final int LARGEST_TOKENIZER = 1 << 28;

    /**
     * Reads {@code labels.json} of a model.
     *
     * @throws LancetException if the model has none, or if it is damaged
     */
    public static ClassifierMetadata read(Path model) {
        PlainFile.requireNoEscape(model, model.resolve(SavedModelWriter.EXTRA));
        Path file = PlainFile.inside(model, SavedModelWriter.EXTRA + "/" + LABELS);
        if (!Files.isRegularFile(file)) {
            throw new LancetException(model + ": has no " + SavedModelWriter.EXTRA + "/" + LABELS
                    + ", which names its classes; train a classifier with lancet tune --task classify");
        }
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(PlainFile.read(file, LARGEST_LABELS));
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        } catch (JacksonException wrong) {
            throw new LancetException(file + ": is not JSON: " + wrong.getOriginalMessage(), wrong);
        }
        List<String> names = new ArrayList<>();
        root.path("labels").forEach(name -> names.add(name.asString("")));
        int sequence = root.path("sequence").asInt(0);
        if (names.size() < 2
                || names.size() > ClassLabels.MOST
                || names.contains("")
                || names.stream().distinct().count() < names.size()
                || sequence < 1
                || sequence > TextSignatureInputs.LONGEST) {
            throw new LancetException(file + ": is damaged: it needs a list \"labels\" of 2 to " + ClassLabels.MOST
                    + " different names, and a number \"sequence\"; train the classifier again");
        }
        return new ClassifierMetadata(
                new ClassLabels(names),
                root.path("signature").asString("serving_default"),
                root.path("output").asString(ClassifierHead.PROBABILITIES),
                sequence);
    }

    /**
     * The files to write into {@code assets.extra}, by their names.
     *
     * @param tokenizer the tokenizer's file, which is copied
     */
    Map<String, byte[]> toWrite(Path tokenizer) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("labels", names.names());
        document.put("signature", signature);
        document.put("output", output);
        document.put("sequence", sequence);
        try {
            return Map.of(
                    LABELS,
                    ReportFiles.json(document).getBytes(StandardCharsets.UTF_8),
                    SignatureTokenizer.FILE,
                    PlainFile.read(tokenizer, LARGEST_TOKENIZER));
        } catch (IOException wrong) {
            throw IoErrors.reading(tokenizer, wrong);
        }
    }
}
