package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Starts {@link MemoryChild} in its own JVM, with a heap that grows only if necessary. */
final class FreshJvm {

    private FreshJvm() {}

    static MemoryComparison.Row run(String form, Path model, Path scratch) {
        Path errors = scratch.resolve("errors.txt");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms32m",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryChild.class.getName(),
                model.toString());
        try {
            Process child =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            child.getOutputStream().close();
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = child.waitFor();
            if (status != 0) {
                List<String> lines = Files.readAllLines(errors);
                throw new LancetException("memory: running " + form + " ended with status " + status + "; its output: "
                        + String.join(" | ", lines));
            }
            return row(form, Files.size(model.resolve("model.safetensors")), said);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        } catch (InterruptedException wrong) {
            Thread.currentThread().interrupt();
            throw new LancetException("memory: interrupted while " + form + " ran", wrong);
        }
    }

    private static MemoryComparison.Row row(String form, long bytes, String said) {
        String last = said.strip().lines().reduce("", (before, line) -> line);
        String[] words = last.split(" ", -1);
        if (words.length != 6 || !words[0].equals("resident")) {
            throw new LancetException("memory: running " + form + " printed '" + last + "', which is not a"
                    + " measurement; run it again");
        }
        return new MemoryComparison.Row(
                form, bytes, Long.parseLong(words[1]), Long.parseLong(words[3]), Double.parseDouble(words[5]));
    }
}
