package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code --format huggingface}. */
record HuggingFaceFormat(boolean fold) implements ExportFormat {

    @Override
    public List<String> options() {
        return List.of("--fold");
    }

    @Override
    public void check(Checkpoint model, Path out) {
        boolean pieces = !model.plan().merged().folded().equals(model.plan().merged());
        if (fold && !pieces) {
            throw new LancetException(
                    "--fold: " + model.transformer().name() + " has no factors and no corrections, so leave it out");
        }
        HuggingFace.check(model.with(form(model.plan()), model.weights()));
    }

    @Override
    public Plan form(Plan plan) {
        Plan factored = HuggingFace.factored(plan);
        return fold ? factored.folded() : factored;
    }

    @Override
    public Answer write(Checkpoint model, Path out, List<String> changed) {
        HuggingFace.write(out, model);
        Map<String, Long> files = files(out);
        long bytes = files.values().stream().mapToLong(Long::longValue).sum();
        List<String> factors = model.plan().steps().stream()
                .filter(step -> step.rank().isPresent())
                .map(step -> step.weight().name())
                .toList();
        List<String> whole =
                changed.stream().filter(name -> !factors.contains(name)).toList();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", List.copyOf(files.keySet()));
        document.put("bytes", bytes);
        document.put("factors", factors);
        document.put("merged", whole);
        document.put("out", out.toString());
        StringBuilder text = new StringBuilder();
        if (!whole.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d matrices are in one piece of float32 now: %s%n",
                    whole.size(),
                    ExportFormat.listed(whole)));
        }
        if (!factors.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d layers keep two factors, which transformers loads with samples/python/load_factored.py; --fold multiplies"
                            + " them out%n",
                    factors.size()));
        }
        text.append(String.format(Locale.ROOT, "saved %s: %,d bytes%n", out, bytes));
        return new Answer(document, text.toString());
    }

    private static Map<String, Long> files(Path folder) {
        Map<String, Long> files = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                files.put(String.valueOf(file.getFileName()), Files.size(file));
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(folder, wrong);
        }
        return files;
    }
}
