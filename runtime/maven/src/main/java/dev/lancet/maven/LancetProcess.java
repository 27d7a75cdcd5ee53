package dev.lancet.maven;

import dev.lancet.cli.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The command line of Lancet in a Java of its own: scripts see its class path, and neither TensorFlow's memory nor its log is Maven's.
 *
 * @param folder the working directory, from which paths in the arguments lead
 * @param classPath the jars of Lancet and of all that it uses
 * @param javaOptions more options for Java, such as {@code -Xmx8g}
 */
record LancetProcess(Path folder, List<Path> classPath, List<String> javaOptions) {

    /**
     * What a command said.
     *
     * @param status its exit status
     * @param output its standard output
     * @param error the line with its error, or an empty text
     */
    record Said(int status, String output, String error) {}

    /**
     * Runs a command until it ends.
     *
     * @param listener takes each line of standard error
     */
    Said run(List<String> arguments, Consumer<String> listener) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(usualOptions());
        command.addAll(javaOptions);
        command.add(Main.class.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        // Not as an argument: Windows allows 32,767 characters in a command line.
        builder.environment()
                .put(
                        "CLASSPATH",
                        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2");
        Process process = builder.start();
        process.getOutputStream().close();
        CompletableFuture<List<String>> told =
                CompletableFuture.supplyAsync(() -> process.errorReader(StandardCharsets.UTF_8)
                        .lines()
                        .peek(listener)
                        .toList());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        String error = told.join().stream()
                .filter(line -> line.startsWith("error: "))
                .map(line -> line.substring("error: ".length()))
                .findFirst()
                .orElse("");
        return new Said(status, output, error);
    }

    /** The options that the launchers give to Java. */
    private static List<String> usualOptions() {
        try (InputStream options = Objects.requireNonNull(Main.class.getResourceAsStream("java.options"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(options, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
