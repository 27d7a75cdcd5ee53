package dev.lancet.runtime.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The memory that one model takes in several forms while it runs.
 *
 * @param parameters number of parameters of the model
 * @param rows one row per form; the others are compared with the first
 */
public record MemoryComparison(long parameters, List<Row> rows) {

    /** The least share of the bytes saved in the file that must also be saved in memory. */
    public static final double LEAST_SHARE = 0.5;

    private static final long MB = 1 << 20;

    public MemoryComparison {
        rows = List.copyOf(rows);
    }

    /**
     * The figures of one form.
     *
     * @param form how the matrices are stored
     * @param bytes size of the file with the stored arrays
     * @param resident resident memory of the process after the run, in bytes
     * @param peak peak resident memory of the process, in bytes
     * @param loss nats per token over random ids, which is near the logarithm of the vocabulary
     */
    public record Row(String form, long bytes, long resident, long peak, double loss) {}

    /** How many bytes smaller the file of a form is than the first one's. */
    public long savedBytes(Row row) {
        return rows.get(0).bytes() - row.bytes();
    }

    /** How many bytes less its process holds than the first one's. */
    public long savedResident(Row row) {
        return rows.get(0).resident() - row.resident();
    }

    /** The share of the saved bytes that is also saved in memory; above 1 if the memory holds a byte more than once. */
    public double share(Row row) {
        return (double) savedResident(row) / savedBytes(row);
    }

    /** Why the comparison fails, or empty if every form saves enough memory. */
    public Optional<String> complaint() {
        return rows.stream()
                .skip(1)
                .filter(row -> share(row) < LEAST_SHARE)
                .findFirst()
                .map(row -> String.format(
                        Locale.ROOT,
                        "memory: running %s saves only %.2f of the bytes that its file saves, but must save at"
                                + " least %s; look"
                                + " for copies that stay in memory",
                        row.form(),
                        share(row),
                        LEAST_SHARE));
    }

    /** The comparison as JSON fields. */
    public Map<String, Object> fields() {
        List<Map<String, Object>> models = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> model = new LinkedHashMap<>();
            model.put("form", row.form());
            model.put("bytes", row.bytes());
            model.put("rss_bytes", row.resident());
            model.put("peak_rss_bytes", row.peak());
            model.put("loss", BenchmarkResult.rounded(row.loss(), 4));
            if (!row.equals(rows.get(0))) {
                model.put("saved_bytes", savedBytes(row));
                model.put("saved_rss_bytes", savedResident(row));
                model.put("share", BenchmarkResult.rounded(share(row), 3));
            }
            models.add(model);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bench", "memory");
        fields.put("params", parameters);
        fields.put("models", models);
        fields.put("holds", complaint().isEmpty());
        return fields;
    }

    /** A table with one line per form, in MB of 2^20 bytes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d parameters; MB%n", parameters));
        text.append(String.format(
                "%-10s %8s %8s %8s %12s %10s %6s%n",
                "form", "file", "rss", "peak", "file saved", "rss saved", "share"));
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s %8d %8d %8d",
                    row.form(),
                    row.bytes() / MB,
                    row.resident() / MB,
                    row.peak() / MB));
            if (!row.equals(rows.get(0))) {
                text.append(String.format(
                        Locale.ROOT, " %12d %10d %6.2f", savedBytes(row) / MB, savedResident(row) / MB, share(row)));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
