package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.recovery.RecoveryResult;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The measured quality of a smaller model, as JSON has it. */
public final class QualityDocument {

    private QualityDocument() {}

    /** {@code quality} with its warnings and, if there was one, {@code recovery}. */
    public static Map<String, @Nullable Object> of(CalibratedCompression.Outcome outcome) {
        Map<String, @Nullable Object> quality = of(outcome.quality());
        quality.put("warnings", outcome.warning().stream().toList());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("quality", quality);
        outcome.recovered().ifPresent(recovered -> document.put("recovery", of(recovered)));
        return document;
    }

    /** What was measured. */
    public static Map<String, @Nullable Object> of(Quality quality) {
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
        document.put("recovery", finite(quality.recovery()));
        return document;
    }

    /** What a recovery won back. */
    public static Map<String, @Nullable Object> of(RecoveryResult recovered) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("ratio", finite(recovered.ratio()));
        document.put("steps", recovered.steps());
        document.put("before", of(recovered.before()));
        document.put("after", of(recovered.after()));
        return document;
    }

    /** Nothing was measured. */
    public static Map<String, @Nullable Object> unmeasured() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("measured", false);
        return document;
    }

    /** A number, or nothing: JSON has no NaN. */
    static @Nullable Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
