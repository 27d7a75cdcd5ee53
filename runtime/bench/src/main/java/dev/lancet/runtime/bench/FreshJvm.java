package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a program of this package in its own JVM, with a heap that grows only if necessary. */
final class FreshJvm {

    private FreshJvm() {}

    /** Runs {@link MemoryBenchProcess} with a model. */
    static MemoryComparison.Row run(String form, Path model, Path scratch) {
        String last = lastLine(
                "memory: running " + form,
                MemoryBenchProcess.class,
                List.of(model.toString()),
                scratch.resolve("errors.txt"));
        try {
            return row(form, Files.size(model.resolve("model.safetensors")), last);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    /**
     * The last line that a program prints.
     *
     * @param what the beginning of messages: what it does
     * @param errors a file for its standard error
     * @throws LancetException if it fails
     */
    static String lastLine(String what, Class<?> program, List<String> arguments, Path errors) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms32m",
                // As the launcher: what a user's command would take.
                "-XX:MaxNewSize=16m",
                "-XX:MinHeapFreeRatio=10",
                "-XX:MaxHeapFreeRatio=25",
                program.getName()));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            // Not as an argument: Windows allows 32,767 characters in a command line.
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            Process child = builder.start();
            child.getOutputStream().close();
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = child.waitFor();
            if (status != 0) {
                List<String> lines = Files.readAllLines(errors);
                throw new LancetException(
                        what + " ended with status " + status + "; its output: " + String.join(" | ", lines));
            }
            return said.strip().lines().reduce("", (before, line) -> line);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        } catch (InterruptedException wrong) {
            Thread.currentThread().interrupt();
            throw new LancetException(what + " was interrupted", wrong);
        }
    }

    static LancetException noMeasurement(String what, String last) {
        return new LancetException(what + " printed '" + last + "', which is not a measurement; run it again");
    }

    private static MemoryComparison.Row row(String form, long bytes, String last) {
        String[] words = last.split(" ", -1);
        if (words.length != 6 || !words[0].equals("resident")) {
            throw noMeasurement("memory: running " + form, last);
        }
        return new MemoryComparison.Row(
                form, bytes, Long.parseLong(words[1]), Long.parseLong(words[3]), Double.parseDouble(words[5]));
    }
}
