package dev.lancet.runtime.device;

import java.util.List;
import java.util.Optional;

/**
 * How busy a GPU was for a while, whichever process used it.
 *
 * @param utilization the mean percentage of time in which it computed
 * @param bytes the most memory that was in use
 */
public record GpuUsage(double utilization, long bytes) {

    /** The combined usage, or empty if there is none. */
    static Optional<GpuUsage> of(List<GpuUsage> samples) {
        return samples.isEmpty()
                ? Optional.empty()
                : Optional.of(new GpuUsage(
                        samples.stream()
                                .mapToDouble(GpuUsage::utilization)
                                .average()
                                .orElse(0),
                        samples.stream().mapToLong(GpuUsage::bytes).max().orElse(0)));
    }

    /**
     * Parses a line of {@code nvidia-smi}, percent and MiB as in {@code 97, 61234}; empty if the line is something else.
     */
    static Optional<GpuUsage> read(String line) {
        String[] fields = line.strip().split("\\s*,\\s*", -1);
        boolean numbers = fields.length == 2 && fields[0].matches("\\d{1,3}") && fields[1].matches("\\d{1,12}");
        return numbers
                ? Optional.of(new GpuUsage(Integer.parseInt(fields[0]), Long.parseLong(fields[1]) << 20))
                : Optional.empty();
    }
}
