package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.io.PlainFile;
import dev.lancet.io.Progress;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.translation.GraphOnnxExport;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --format onnx} for a SavedModel or a frozen graph. */
record GraphExportAnswer(ImportedModel model, boolean portable, Progress progress) {

    private static final String LABELS = "assets.extra/labels.json";

    Answer write(Path out) {
        List<Path> beside =
                new ArrayList<>(SignatureTokenizer.find(model.path()).stream().toList());
        Path labels = PlainFile.inside(model.path(), LABELS);
        if (Files.isRegularFile(labels)) {
            beside.add(labels);
        }
        GraphOnnxExport.Result written = new GraphOnnxExport(model, beside, portable, progress).write(out);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", written.files());
        document.put("bytes", written.bytes());
        document.put("decoded", written.decoded());
        document.put("rounded_inputs", written.roundedInputs());
        document.put("out", out.toString());
        StringBuilder text = new StringBuilder();
        if (!written.decoded().isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d matrices are codes in the file, and floats when ONNX Runtime has loaded it: %s%n",
                    written.decoded().size(),
                    ExportFormat.listed(written.decoded())));
        }
        text.append(String.format(Locale.ROOT, "saved %s: %,d bytes%n", out, written.bytes()));
        if (written.roundedInputs() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "quality: unknown; the codes are the same, but ONNX Runtime rounds the inputs of %d products to 8 bits%n",
                    written.roundedInputs()));
        }
        return new Answer(document, text.toString());
    }
}
