package dev.lancet.runtime.roofline;

import dev.lancet.dsl.recipe.Arithmetic;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time of a data-parallel training step by a roofline: the passes take the longer of their arithmetic and their
 * memory traffic, the optimizer its memory traffic, and the ring the bytes of a worker over its slowest link. What is sent
 * while the last backward pass runs takes no time, unless the rates were measured and contain that already.
 *
 * @param hardware where
 * @param work what a worker has to do
 * @param half whether matrix products are in bfloat16 or float16
 */
public record StepEstimate(ClusterHardware hardware, TrainingWork work, boolean half) {

    private static final double GB = 1e9;

    /** An estimate for a kind of arithmetic; {@code FASTEST} is bfloat16 on a GPU and what was measured on a cpu. */
    public static StepEstimate of(ClusterHardware hardware, TrainingWork work, Arithmetic arithmetic) {
        return new StepEstimate(hardware, work, arithmetic != Arithmetic.FLOAT32);
    }

    private DeviceRates rates() {
        return hardware.rates();
    }

    private double arithmeticSeconds() {
        return work.flops() / (half ? rates().bfloat16() : rates().float32());
    }

    private double trafficSeconds() {
        return work.passBytes() / rates().memoryBandwidth();
    }

    /** Seconds of the forward and backward passes. */
    public double passSeconds() {
        return rates().measured() ? arithmeticSeconds() : Math.max(arithmeticSeconds(), trafficSeconds());
    }

    /** Seconds of the optimizer. */
    public double updateSeconds() {
        return work.updateBytes() / rates().memoryBandwidth();
    }

    /** Seconds in which gradients are under way. */
    public double networkSeconds() {
        int workers = hardware.workers();
        return workers == 1 ? 0 : work.sent() / hardware.ringBandwidth() + 2.0 * (workers - 1) * rates().latency();
    }

    /** Seconds of them in which the devices wait. */
    public double waitedSeconds() {
        double lastBackward = passSeconds() * work.backward() / work.flops() / work.batches();
        return rates().measured() ? networkSeconds() : Math.max(0, networkSeconds() - lastBackward);
    }

    /** Seconds of a step. */
    public double seconds() {
        return passSeconds() + updateSeconds() + waitedSeconds();
    }

    /** Tokens per second of all workers. */
    public double tokensPerSecond() {
        return work.tokens() * hardware.workers() / seconds();
    }

    /** Whether a device holds what the step needs; true if its memory is unknown. */
    public boolean fits() {
        return rates().memory() == 0 || work.memory().total() <= rates().memory();
    }

    /** For people. */
    public String text() {
        String bound = rates().measured() ? "about" : "at least";
        String most = rates().measured() ? "about" : "at most";
        return String.format(
                        Locale.ROOT,
                        "%s: %d %s, each with %d of %d sequences of %,d tokens%s%n",
                        hardware,
                        hardware.workers(),
                        hardware.workers() == 1 ? "worker" : "workers",
                        work.rows(),
                        (long) work.rows() * hardware.workers(),
                        work.sequence(),
                        work.batches() > 1 ? ", " + work.batches() + " times" : "")
                + String.format(Locale.ROOT, "  memory of a device  %s%n", memoryText())
                + String.format(Locale.ROOT, "  sent by a device    %.2f GB a step%n", work.sent() / GB)
                + String.format(
                        Locale.ROOT,
                        "  step                %s %s: passes %s (bound by %s), optimizer %s, network %s of which %s"
                                + " are waited for%n",
                        bound,
                        time(seconds()),
                        time(passSeconds()),
                        !rates().measured() && trafficSeconds() > arithmeticSeconds() ? "memory" : "arithmetic",
                        time(updateSeconds()),
                        time(networkSeconds()),
                        time(waitedSeconds()))
                + String.format(Locale.ROOT, "  tokens per second   %s %,.0f%n", most, tokensPerSecond());
    }

    private String memoryText() {
        String parts = String.format(
                Locale.ROOT,
                "%.2f GB: weights %.2f, gradients %.2f, moments %.2f, activations %.2f",
                work.memory().total() / GB,
                work.memory().weights() / GB,
                work.memory().gradients() / GB,
                work.memory().moments() / GB,
                work.memory().activations() / GB);
        if (rates().memory() == 0) {
            return parts;
        }
        long certain = work.memory().total() - work.memory().activations();
        String most = String.format(Locale.ROOT, "%.0f GB", rates().memory() / GB);
        if (fits()) {
            return parts + "; fits " + most;
        }
        return parts + "; does not fit " + most
                + (certain > rates().memory()
                        ? ", whatever the batch"
                        : "; more workers, a smaller batch or checkpointing() may");
    }

    private static String time(double seconds) {
        return seconds >= 1
                ? String.format(Locale.ROOT, "%.2f s", seconds)
                : String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
    }

    /** For programs: bytes and seconds. */
    public Map<String, @Nullable Object> document() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("hardware", hardware.toString());
        document.put("workers", hardware.workers());
        document.put("rates", rates().measured() ? "measured" : "data sheet");
        document.put("memory_bytes", work.memory().total());
        document.put("weights_bytes", work.memory().weights());
        document.put("gradients_bytes", work.memory().gradients());
        document.put("moments_bytes", work.memory().moments());
        document.put("activations_bytes", work.memory().activations());
        document.put("fits", fits());
        document.put("bytes_sent", work.sent());
        document.put("flops", work.flops());
        document.put("seconds", seconds());
        document.put("pass_seconds", passSeconds());
        document.put("update_seconds", updateSeconds());
        document.put("network_seconds", networkSeconds());
        document.put("waited_seconds", waitedSeconds());
        document.put("tokens_per_second", tokensPerSecond());
        return document;
    }
}
