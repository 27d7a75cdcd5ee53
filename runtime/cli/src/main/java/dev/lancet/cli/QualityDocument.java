package dev.lancet.cli;

import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.recovery.RecoveryResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The measured quality of a smaller model, as JSON has it. */
final class QualityDocument {

    private QualityDocument() {}

    /** {@code quality} with its warnings and, if there was one, {@code recovery}. */
    static Map<String, @Nullable Object> of(CalibratedCompression.Outcome outcome) {
        Map<String, @Nullable Object> document =
                warned(of(outcome.quality()), outcome.warning().stream().toList());
        outcome.recovered().ifPresent(recovered -> document.put("recovery", of(recovered)));
        return document;
    }

    /** {@code quality} that was not measured, with warnings. */
    static Map<String, @Nullable Object> unmeasured(List<String> warnings) {
        Map<String, @Nullable Object> nothing = new LinkedHashMap<>();
        nothing.put("measured", false);
        return warned(nothing, warnings);
    }

    private static Map<String, @Nullable Object> warned(Map<String, @Nullable Object> quality, List<String> warnings) {
        quality.put("warnings", warnings);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("quality", quality);
        return document;
    }

    static Map<String, @Nullable Object> of(Quality quality) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("measured", true);
        document.put("rows", quality.rows());
        quality.language().ifPresent(language -> {
            document.put("perplexity_before", finite(language.perplexityBefore()));
            document.put("perplexity", finite(language.perplexity()));
            document.put("kl", finite(language.kl()));
            document.put("agreement", finite(language.agreement()));
        });
        if (!quality.outputs().isEmpty()) {
            Map<String, @Nullable Object> outputs = new LinkedHashMap<>();
            quality.outputs().forEach((name, output) -> {
                Map<String, @Nullable Object> one = new LinkedHashMap<>();
                one.put("cosine_mean", finite(output.cosineMean()));
                one.put("cosine_min", finite(output.cosineLeast()));
                one.put("relative_error", finite(output.relativeError()));
                outputs.put(name, one);
            });
            document.put("cosine_mean", finite(quality.cosineMean()));
            document.put("cosine_min", finite(quality.cosineLeast()));
            document.put("outputs", outputs);
        }
        return document;
    }

    /** What a recovery won back. */
    private static Map<String, @Nullable Object> of(RecoveryResult recovered) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("ratio", finite(recovered.ratio()));
        document.put("steps", recovered.steps());
        document.put("before", of(recovered.before()));
        document.put("after", of(recovered.after()));
        return document;
    }

    /** A number, or nothing: JSON has no NaN. */
    private static @Nullable Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
