package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.serving.ServingExport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --format savedmodel}. */
record SavedModelFormat(Progress progress) implements ExportFormat {

    @Override
    public List<String> options() {
        return List.of();
    }

    @Override
    public void check(Checkpoint model, Path out) {}

    @Override
    public Plan form(Plan plan) {
        return plan.merged();
    }

    @Override
    public Answer write(Checkpoint model, Path out, List<String> changed) {
        ServingExport export = ServingExport.of(model, progress);
        ServingExport.Result written = export.write(out);
        List<String> again = ExportFormat.roundedAgain(model.plan(), changed);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", written.files());
        document.put("bytes", written.bytes());
        document.put("end_token", export.end().isPresent() ? export.end().getAsInt() : null);
        document.put("rounded_again", again);
        document.put("out", out.toString());
        StringBuilder text = new StringBuilder();
        if (!again.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d matrices of codes were rounded again with their adapters: %s%n",
                    again.size(),
                    ExportFormat.listed(again)));
        }
        if (export.end().isEmpty() && model.transformer().continuesText()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "end token: none, because the model has no tokenizer with one; generate ends after max_new_tokens%n"));
        }
        text.append(String.format(Locale.ROOT, "saved %s: %,d bytes%n", out, written.bytes()));
        if (!again.isEmpty()) {
            text.append(String.format(Locale.ROOT, "quality: unknown; %d matrices were rounded again%n", again.size()));
        }
        return new Answer(document, text.toString());
    }
}
