package dev.lancet.runtime.device;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Monitors a GPU in the background: one {@code nvidia-smi} process that reports twice a second, and a thread that reads
 * it. The values are informative only. If the program is missing, prints something else, or ends, the monitor has no
 * values.
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

    /** A monitor of a device; on the processor it has no values. */
    public static GpuMonitor over(ResolvedDevice device) {
        return device.gpu().isPresent()
                ? over(PROGRAM, card(device.gpu().getAsInt(), Optional.ofNullable(System.getenv(VISIBLE))))
                : nothing();
    }

    /** A monitor without values. */
    static GpuMonitor nothing() {
        return new GpuMonitor(Optional.empty());
    }

    /**
     * A monitor of a GPU through this program.
     *
     * @param program a file, or a name on the {@code PATH}
     * @param card the GPU's number, or another name that the program accepts
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
            // The program does not exist: the monitor has no values.
            return nothing();
        }
    }

    /**
     * The driver's number of TensorFlow's GPU 0, 1, ...: an index into the GPUs that the environment makes visible, in
     * that order. On a machine with different GPUs, CUDA may use yet another order unless {@code
     * CUDA_DEVICE_ORDER=PCI_BUS_ID} is set.
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
                        // Later output is ignored.
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

    /** The usage since the last call, or since the start; empty if no value came in that time. */
    public synchronized Optional<GpuUsage> since() {
        Optional<GpuUsage> use = GpuUsage.of(samples);
        samples.clear();
        return use;
    }

    /**
     * Ends the program. If this process dies without closing the monitor, the program ends when it next writes, because
     * nobody reads.
     */
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
