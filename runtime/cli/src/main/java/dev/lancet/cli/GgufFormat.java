package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.gguf.GgufExport;
import dev.lancet.runtime.gguf.GgufResult;
import dev.lancet.runtime.gguf.file.GgufType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code --format gguf}. */
record GgufFormat(Optional<GgufType> type, boolean tokenizer, Progress progress) implements ExportFormat {

    private static final String SUFFIX = ".gguf";

    @Override
    public List<String> options() {
        return List.of("--type", "--without-tokenizer");
    }

    @Override
    public void check(Checkpoint model, Path out) {
        if (!out.toString().endsWith(SUFFIX)) {
            throw new LancetException("--out: " + out + "; gguf is one file, so name it " + out + SUFFIX);
        }
        GgufExport.check(model.transformer());
        if (!tokenizer && model.tokenizer().isEmpty()) {
            throw new LancetException("--without-tokenizer: there is none beside the model, so leave it out");
        }
    }

    @Override
    public Plan form(Plan plan) {
        return plan.merged().folded();
    }

    @Override
    public Answer write(Checkpoint model, Path out, List<String> changed) {
        GgufResult written = new GgufExport(model, type, tokenizer, progress).write(out);
        Set<String> again = new LinkedHashSet<>(written.roundedAgain());
        again.addAll(ExportFormat.roundedAgain(model.plan(), changed));
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", List.of(String.valueOf(out.getFileName())));
        document.put("bytes", written.bytes());
        Map<String, Integer> types = new TreeMap<>();
        written.types().forEach((some, count) -> types.put(some.toString(), count));
        document.put("types", types);
        document.put("kept", written.kept());
        document.put("merged", changed);
        document.put("unpacked", written.unpacked());
        document.put("rounded", written.rounded());
        document.put("rounded_again", List.copyOf(again));
        document.put("rounded_inputs", written.roundedInputs());
        document.put("context", written.context());
        document.put("tokenizer", written.tokenizer());
        document.put("out", out.toString());
        return new Answer(document, text(written, model, out, changed, List.copyOf(again)));
    }

    private static String text(
            GgufResult written, Checkpoint model, Path out, List<String> changed, List<String> again) {
        StringBuilder text = new StringBuilder();
        named(text, "%d matrices are in one piece now, because GGUF has no factors and no adapters: %s%n", changed);
        named(text, "%d matrices became floats, because GGUF has no type for their codes: %s%n", written.unpacked());
        named(text, "%d matrices of codes were rounded again: %s%n", again);
        if (written.context() < model.transformer().context()) {
            line(
                    text,
                    "context: %,d tokens, not %,d, because llama.cpp has no attention window for this architecture%n",
                    written.context(),
                    model.transformer().context());
        }
        if (!written.tokenizer()) {
            line(text, "tokenizer: none in the file, so llama.cpp takes token ids only%n");
        }
        line(text, "saved %s: %,d bytes%n", out, written.bytes());
        return text + quality(written, again.size());
    }

    private static void named(StringBuilder text, String format, List<String> names) {
        if (!names.isEmpty()) {
            line(text, format, names.size(), ExportFormat.listed(names));
        }
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }

    private static String quality(GgufResult written, int again) {
        List<String> reasons = new ArrayList<>();
        if (!written.kept().isEmpty()) {
            reasons.add(
                    "the codes of " + written.kept().size() + " matrices are the same, but their scales are float16");
        }
        if (!written.rounded().isEmpty()) {
            reasons.add(written.rounded().size() + " matrices were rounded");
        }
        if (again > 0) {
            reasons.add(again + " matrices were rounded again");
        }
        if (written.roundedInputs() > 0) {
            reasons.add("llama.cpp rounds the inputs of " + written.roundedInputs() + " products to 8 bits");
        }
        if (written.halfInputs() > 0) {
            reasons.add("llama.cpp rounds the inputs of " + written.halfInputs() + " products to 16 bits");
        }
        return reasons.isEmpty() ? "" : "quality: unknown; " + String.join("; ", reasons) + System.lineSeparator();
    }
}
