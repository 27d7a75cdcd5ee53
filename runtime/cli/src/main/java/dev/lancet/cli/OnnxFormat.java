package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --format onnx}. */
record OnnxFormat(boolean portable, Progress progress) implements ExportFormat {

    @Override
    public List<String> options() {
        return List.of("--portable");
    }

    @Override
    public void check(Checkpoint model, Path out) {
        OnnxExport.check(model.transformer());
    }

    @Override
    public Plan form(Plan plan) {
        return plan.merged();
    }

    @Override
    public Answer write(Checkpoint model, Path out, List<String> changed) {
        OnnxExport.Result written = OnnxExport.of(model, portable, progress).write(out);
        List<String> again = ExportFormat.roundedAgain(model.plan(), changed);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", written.files());
        document.put("bytes", written.bytes());
        document.put("unpacked", written.unpacked());
        document.put("rounded_again", again);
        document.put("rounded_inputs", written.roundedInputs());
        document.put("out", out.toString());
        String unpacked = written.unpacked().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%d matrices became float32, because ONNX Runtime has no good product for their codes: %s%n",
                        written.unpacked().size(),
                        ExportFormat.listed(written.unpacked()));
        String rounded = again.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%d matrices of codes were rounded again with their adapters: %s%n",
                        again.size(),
                        ExportFormat.listed(again));
        String saved = String.format(Locale.ROOT, "saved %s: %,d bytes%n", out, written.bytes());
        return new Answer(document, unpacked + rounded + saved + quality(written.roundedInputs(), again.size()));
    }

    private static String quality(int inputs, int again) {
        List<String> reasons = new ArrayList<>();
        if (again > 0) {
            reasons.add(again + " matrices were rounded again");
        }
        if (inputs > 0) {
            reasons.add((again > 0 ? "" : "the codes are the same, but ") + "ONNX Runtime rounds the inputs of "
                    + inputs + " products to 8 bits");
        }
        return reasons.isEmpty() ? "" : "quality: unknown; " + String.join("; ", reasons) + System.lineSeparator();
    }
}
