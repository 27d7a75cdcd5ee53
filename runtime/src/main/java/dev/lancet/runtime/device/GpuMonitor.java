package dev.lancet.runtime.device;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Watches a card while something else is done: one {@code nvidia-smi} that speaks twice a second, and a thread that listens. What
 * it says is of interest, never needed: where there is no such program, or it says something else, or ends, nothing is known.
 */
public final class GpuMonitor implements AutoCloseable {

    private static final String PROGRAM = "nvidia-smi";
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
    private static final String EVERY_MILLISECONDS = "500";
    private static final long PATIENCE_SECONDS = 2;

    private final Optional<Process> process;
    private final Optional<Thread> listener;
    private final List<GpuUsage> samples = new ArrayList<>();

    private GpuMonitor(Optional<Process> process) {
        this.process = process;
        listener = process.map(this::listen);
    }

    /** A watch over a device: over nothing, if it is the processor. */
    public static GpuMonitor over(ResolvedDevice device) {
        return device.gpu().isPresent()
                ? over(PROGRAM, card(device.gpu().getAsInt(), Optional.ofNullable(System.getenv(VISIBLE))))
                : nothing();
    }

    /** One that never says anything. */
    static GpuMonitor nothing() {
        return new GpuMonitor(Optional.empty());
    }

    /**
     * A watch over a card by this program.
     *
     * @param program a file, or a name on the {@code PATH}
     * @param card its number, or what else the program knows it by
     */
    public static GpuMonitor over(String program, String card) {
        ProcessBuilder question = new ProcessBuilder(
                program,
                "--id=" + card,
                "--query-gpu=utilization.gpu,memory.used",
                "--format=csv,noheader,nounits",
                "--loop-ms=" + EVERY_MILLISECONDS);
        try {
            return new GpuMonitor(Optional.of(
                    question.redirectError(ProcessBuilder.Redirect.DISCARD).start()));
        } catch (IOException e) {
            // There is no such program: nothing is known.
            return nothing();
        }
    }

    /**
     * How the driver counts what TensorFlow calls GPU 0, 1, ...: those that the environment lets it see, in that order. On a machine
     * with different cards CUDA may count in yet another order unless {@code CUDA_DEVICE_ORDER=PCI_BUS_ID} is set.
     */
    static String card(int gpu, Optional<String> visible) {
        String[] cards = visible.orElse("").split("\\s*,\\s*", -1);
        return gpu < cards.length && !cards[gpu].isBlank() ? cards[gpu].strip() : String.valueOf(gpu);
    }

    private Thread listen(Process speaker) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines = speaker.inputReader()) {
                        lines.lines().map(GpuUsage::read).forEach(sample -> sample.ifPresent(this::add));
                    } catch (IOException | RuntimeException e) {
                        // Whatever it says from now on is not known.
                        speaker.destroy();
                    }
                },
                "lancet-card");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private synchronized void add(GpuUsage sample) {
        samples.add(sample);
    }

    /** What the card did since this was asked the last time, or since the watch began; empty if nothing is known of that time. */
    public synchronized Optional<GpuUsage> since() {
        Optional<GpuUsage> use = GpuUsage.of(samples);
        samples.clear();
        return use;
    }

    /** Ends the program. Should this process end without it, the program ends at its next word, which nobody would hear. */
    @Override
    public void close() {
        process.ifPresent(GpuMonitor::end);
        try {
            for (Thread thread : listener.stream().toList()) {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Process speaker) {
        speaker.destroy();
        try {
            if (!speaker.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                speaker.destroyForcibly();
            }
        } catch (InterruptedException e) {
            speaker.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
