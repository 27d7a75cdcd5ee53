package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.embed.EncoderTexts;
import dev.lancet.runtime.embed.LabelledPairs;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.embed.VectorComparison;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lancet evaluate} measures of an encoder.
 *
 * @param model the encoder
 * @param baseline its original
 * @param complaint the complaint about a recovery, if there is one
 */
record EncoderEvaluation(
        String model,
        Optional<String> baseline,
        Device device,
        Progress progress,
        DoubleFunction<Optional<String>> complaint) {

    private static final int BATCH = 32;

    /** Cosine and recall against the original, which must be named. */
    Answer compared(Path file, Optional<String> field) {
        List<String> texts = EncoderTexts.read(file, field);
        VectorComparison found;
        try (TextEncoder after = open(model);
                TextEncoder before = open(baseline.orElseThrow())) {
            found = VectorComparison.of(before.encode(texts, BATCH, progress), after.encode(texts, BATCH, progress));
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("texts", found.texts());
        document.put("cosine_mean", found.cosineMean());
        document.put("cosine_min", found.cosineMin());
        document.put("neighbours", found.neighbours());
        document.put("recall", found.recall());
        document.put("recovery", found.cosineMean());
        String text = String.format(
                Locale.ROOT,
                "cosine %.6f (least %.6f) over %,d texts; %.4f of the %d nearest texts are the baseline's%n",
                found.cosineMean(),
                found.cosineMin(),
                found.texts(),
                found.recall(),
                found.neighbours());
        return new Answer(document, text, complaint.apply(found.cosineMean()));
    }

    /** The rank correlation with labels, and the share of the original's that the model keeps. */
    Answer correlated(Path file) {
        LabelledPairs pairs = LabelledPairs.read(file);
        double after = spearman(model, pairs);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("pairs", pairs.scores().size());
        document.put("spearman", LancetCommand.finite(after));
        String text = String.format(
                Locale.ROOT,
                "Spearman %.4f over %,d pairs%n",
                after,
                pairs.scores().size());
        if (baseline.isEmpty()) {
            return new Answer(document, text);
        }
        double before = spearman(baseline.get(), pairs);
        double recovery = after / before;
        document.put("baseline_spearman", LancetCommand.finite(before));
        document.put("recovery", LancetCommand.finite(recovery));
        text += String.format(Locale.ROOT, "baseline %.4f, recovery %.4f%n", before, recovery);
        return new Answer(document, text, complaint.apply(recovery));
    }

    private double spearman(String named, LabelledPairs pairs) {
        try (TextEncoder encoder = open(named)) {
            return pairs.spearman(encoder, BATCH, progress);
        }
    }

    private TextEncoder open(String named) {
        return TextEncoder.open(Path.of(named), Optional.empty(), device);
    }
}
