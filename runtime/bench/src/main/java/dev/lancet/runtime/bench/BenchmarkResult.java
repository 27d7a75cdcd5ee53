package dev.lancet.runtime.bench;

import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.memory.ResidentMemory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The result of a benchmark.
 *
 * @param fields names and values in the order of the output; values are texts, numbers and lists of numbers
 */
public record BenchmarkResult(Map<String, Object> fields) {

    private static final long MB = 1 << 20;

    public BenchmarkResult {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The fields that every benchmark begins with: its settings and the machine. */
    static Map<String, Object> begin(String bench, BenchmarkCase benchmark) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bench", bench);
        fields.put("preset", benchmark.preset().name());
        fields.put("layers", benchmark.preset().transformer().layers());
        fields.put("rank", benchmark.rank());
        fields.put("precision", benchmark.precision().toString());
        fields.put("dtype", "fp32");
        fields.put("device", "cpu");
        fields.put("threads", Runtime.getRuntime().availableProcessors());
        fields.put("steps", benchmark.steps());
        return fields;
    }

    /** The result with the peak resident memory in MB, if the system reports it. */
    static BenchmarkResult end(Map<String, Object> fields) {
        ResidentMemory.here().ifPresent(resident -> fields.put("peak_rss_mb", resident.peak() / MB));
        return new BenchmarkResult(fields);
    }

    /** Adds the peak of TensorFlow's allocator, in MB. */
    static void put(Map<String, Object> fields, AllocatorPeak peak) {
        fields.put("allocator_peak_mb", rounded((double) peak.peak() / MB, 3));
        fields.put("allocator_variables_mb", rounded((double) peak.variables() / MB, 3));
        fields.put("allocator_temporaries_mb", rounded((double) peak.temporaries() / MB, 3));
    }

    /** Rounds a value to this many decimal places, because further digits are noise. */
    static double rounded(double value, int digits) {
        double unit = Math.pow(10, digits);
        return Math.round(value * unit) / unit;
    }

    /** One line per field. */
    @Override
    public String toString() {
        return fields.entrySet().stream()
                .map(field -> String.format(Locale.ROOT, "%-24s %s%n", field.getKey(), shown(field.getValue())))
                .collect(Collectors.joining());
    }

    private static String shown(Object value) {
        return value instanceof Long || value instanceof Integer
                ? String.format(Locale.ROOT, "%,d", ((Number) value).longValue())
                : String.valueOf(value);
    }
}
