package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Worker processes on this machine. Standard error of the first is shown as it is, that of the others with their name. */
public final class LocalWorkerProcesses implements AutoCloseable {

    private static final long POLL_MILLIS = 100;

    /** The statuses of a Java process that ended because of SIGINT or SIGTERM: 128 plus the number of the signal. */
    private static final Set<Integer> INTERRUPTED = Set.of(130, 143);

    private final List<Process> processes;
    private final CompletableFuture<String> output;

    private LocalWorkerProcesses(List<Process> processes) {
        this.processes = List.copyOf(processes);
        InputStream first = processes.get(0).getInputStream();
        output = CompletableFuture.supplyAsync(() -> text(first));
    }

    /**
     * Starts workers, each on its own processors.
     *
     * @param program the class to run; its arguments are followed by {@code --workers LIST --index I}
     * @param arguments the other arguments, the same for each
     * @param processors the processors of each, see {@link ProcessorAffinity}
     * @param errors where standard error is shown
     * @throws LancetException if a process cannot be started
     */
    public static LocalWorkerProcesses start(
            Class<?> program, List<String> arguments, List<String> processors, PrintStream errors) {
        String list = addresses(processors.size());
        List<Process> started = new ArrayList<>();
        try {
            for (int worker = 0; worker < processors.size(); worker++) {
                List<String> own = new ArrayList<>(List.of(program.getName()));
                own.addAll(arguments);
                own.addAll(List.of("--workers", list, "--index", String.valueOf(worker)));
                started.add(start(worker, own, processors.get(worker), errors));
            }
            return new LocalWorkerProcesses(started);
        } catch (IOException wrong) {
            started.forEach(Process::destroyForcibly);
            throw new LancetException("workers: a worker cannot be started: " + wrong.getMessage(), wrong);
        }
    }

    private static Process start(int worker, List<String> program, String processors, PrintStream errors)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (!processors.isEmpty()) {
            command.addAll(List.of("taskset", "-c", processors));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        // The terminal shows one progress bar, that of the first worker.
        builder.environment().put("LANCET_TERMINAL", "0");
        Process process = builder.start();
        process.getOutputStream().close();
        ControlConnection.daemon("lancet-worker-errors", () -> show(process, worker, errors));
        if (worker > 0) {
            ControlConnection.daemon("lancet-worker-output", () -> text(process.getInputStream()));
        }
        return process;
    }

    /** Shows all of the first worker, and the errors of the others. */
    private static void show(Process process, int worker, PrintStream errors) {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (worker == 0) {
                    errors.println(line);
                } else if (line.startsWith("error:")) {
                    errors.println("worker " + worker + ": " + line);
                }
            }
        } catch (IOException ended) {
            errors.flush();
        }
    }

    private static String text(InputStream stream) {
        try (InputStreamReader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            StringWriter text = new StringWriter();
            reader.transferTo(text);
            return text.toString();
        } catch (IOException ended) {
            return "";
        }
    }

    private static String addresses(int count) {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            List<String> addresses = new ArrayList<>();
            for (int worker = 0; worker < count; worker++) {
                ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                taken.add(free);
                addresses.add(InetAddress.getLoopbackAddress().getHostAddress() + ":" + free.getLocalPort());
            }
            for (ServerSocket socket : taken) {
                socket.close();
            }
            return String.join(",", addresses);
        } catch (IOException none) {
            throw new LancetException("workers: no free port on this machine: " + none.getMessage(), none);
        }
    }

    /**
     * Waits until all workers have ended.
     *
     * @param stopWanted whether they should save their state and stop
     * @return what the first printed
     * @throws LancetException if one failed, or if they stopped as wanted
     */
    public String await(BooleanSupplier stopWanted) {
        boolean asked = false;
        try {
            while (processes.stream().anyMatch(Process::isAlive)) {
                if (!asked && stopWanted.getAsBoolean()) {
                    processes.forEach(Process::destroy);
                    asked = true;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LancetException("workers: interrupted", e);
        }
        for (int worker = 0; worker < processes.size(); worker++) {
            int status = processes.get(worker).exitValue();
            if (asked && INTERRUPTED.contains(status)) {
                throw new LancetException("interrupted: all workers stopped after the same step; the state is kept,"
                        + " continue with --resume");
            }
            if (status != 0) {
                throw new LancetException(
                        "workers: worker " + worker + " ended with status " + status + "; its error is above");
            }
        }
        return output.join();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
