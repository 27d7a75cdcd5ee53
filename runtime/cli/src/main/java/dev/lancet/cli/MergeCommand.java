package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.cli.option.WeightedAdapters;
import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.EqualRows;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.tune.MergeResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet merge}: adds adapters to the matrices of their layers. */
@Command(
        name = "merge",
        description = {
            "Add trained adapters to the matrices of their layers, and save the model without adapters.",
            "Prints the rounding error of every merged matrix, and how far the logits drift."
        },
        footer = {
            "",
            "Examples:",
            "  lancet merge my-model tuned/adapter --out merged",
            "  lancet merge my-model tuned/adapter --format hf --out merged-hf",
            "  lancet merge my-model news/adapter=0.7 law/adapter=0.3 --out both",
            "  lancet merge tuned/model --out merged --json",
            "",
            "A merged matrix is the sum of the old matrix and its adapter's product. If the matrix is stored "
                    + "in fewer bits, the sum is rounded again: \"error\" is the distance between the sum and the stored "
                    + "matrix, as a share of the sum (Frobenius norm); \"sqnr_db\" is the same in decibels. --format hf "
                    + "writes float32 without rounding.",
            "",
            "The drift is the absolute difference between the logits of the model with adapters and of the "
                    + "merged model, over one sequence of 64 token ids (fewer if the context is shorter), drawn "
                    + "uniformly from the vocabulary with seed 42. max_drift is the largest difference over all "
                    + "positions and tokens, mean_drift the mean.",
        })
final class MergeCommand extends LancetCommand {

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelArgument.MODEL)
    private String what = "";

    @Parameters(
            index = "1",
            arity = "0..*",
            paramLabel = "ADAPTER",
            description = "A folder of adapters that lancet tune or Hugging Face's PEFT wrote, or several. DIR=X"
                    + " multiplies what the adapters of DIR add by X (default: 1). Leave it out if MODEL already has"
                    + " adapters.")
    private List<String> adapters = List.of();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write; required.")
    private Path out = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "lancet|hf",
            defaultValue = "lancet",
            description = "lancet (the default) writes a Lancet model folder, in which every matrix keeps its"
                    + " precision. hf writes a Hugging Face folder in float32.")
    private String format = "";

    MergeCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (!format.equals("lancet") && !format.equals("hf")) {
            throw wrongUsage("--format: " + format + "; choose lancet or hf");
        }
        ModelArgument model = ModelArgument.of(what);
        if (adapters.isEmpty() && !model.checkpoint().plan().adapted()) {
            throw wrongUsage("merge: " + what + " has no adapters; name a folder of adapters after it");
        }
        IoErrors.requireFree(out);
        try (Model base = model.model(progress());
                Model adapted = weighted().beside(base)) {
            MergeResult merged =
                    format.equals("hf") ? MergeResult.saveHuggingFace(adapted, out) : MergeResult.save(adapted, out);
            return new Answer(document(merged), text(merged));
        }
    }

    private WeightedAdapters weighted() {
        try {
            return WeightedAdapters.of(adapters);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Map<String, @Nullable Object> document(MergeResult merged) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("max_drift", finite(merged.drift().max()));
        document.put("mean_drift", finite(merged.drift().mean()));
        document.put("layers", merged.layers().stream().map(MergeCommand::layer).toList());
        document.put("out", out.toString());
        return document;
    }

    private static Map<String, @Nullable Object> layer(Fidelity loss) {
        Map<String, @Nullable Object> layer = new LinkedHashMap<>();
        layer.put("name", loss.weight());
        layer.put("error", finite(loss.relativeFrobenius()));
        layer.put("sqnr_db", finite(loss.sqnrDb()));
        return layer;
    }

    private String text(MergeResult merged) {
        List<EqualRows<Fidelity>> rows = EqualRows.of(merged.layers(), Fidelity::weight, MergeCommand::kept);
        int name = rows.stream().mapToInt(row -> row.name().length()).max().orElse(1);
        StringBuilder text = new StringBuilder();
        for (EqualRows<Fidelity> row : rows) {
            text.append(String.format(Locale.ROOT, "  %-" + name + "s  %s%n", row.name(), kept(row.first())));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%d adapters merged; logits drift by %.2g at most, %.2g on average%nsaved %s%n",
                        merged.layers().size(),
                        merged.drift().max(),
                        merged.drift().mean(),
                        out))
                .toString();
    }

    private static String kept(Fidelity loss) {
        return loss.relativeFrobenius() == 0
                ? "exact"
                : String.format(Locale.ROOT, "error %.4f  %5.1f dB", loss.relativeFrobenius(), loss.sqnrDb());
    }
}
