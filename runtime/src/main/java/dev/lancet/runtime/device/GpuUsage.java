package dev.lancet.runtime.device;

import java.util.List;
import java.util.Optional;

/**
 * How busy a card was for a while, whoever computed on it.
 *
 * @param utilization percent of the time in which something was computed, the mean
 * @param bytes of its memory that were taken, the most
 */
public record GpuUsage(double utilization, long bytes) {

    /** All of these together, or empty where there is none. */
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

    /** A line of {@code nvidia-smi}, percent and MiB as in {@code 97, 61234}; empty if it says something else. */
    static Optional<GpuUsage> read(String line) {
        String[] fields = line.strip().split("\\s*,\\s*", -1);
        boolean numbers = fields.length == 2 && fields[0].matches("\\d{1,3}") && fields[1].matches("\\d{1,12}");
        return numbers
                ? Optional.of(new GpuUsage(Integer.parseInt(fields[0]), Long.parseLong(fields[1]) << 20))
                : Optional.empty();
    }
}
