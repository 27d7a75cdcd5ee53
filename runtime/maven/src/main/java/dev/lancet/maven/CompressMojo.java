package dev.lancet.maven;

import dev.lancet.io.AtomicFile;
import dev.lancet.io.Sha256;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Writes a smaller copy of the model, and a report: {@code lancet compress}. It does nothing if model, rules and options are as they were
 * when the copy was made.
 */
@Mojo(name = "compress", defaultPhase = LifecyclePhase.PROCESS_RESOURCES, requiresProject = true, threadSafe = true)
public final class CompressMojo extends LancetMojo {

    /** More options of {@code lancet compress}, such as {@code --calibrate rows.npz --min-recovery 0.99}. */
    @Parameter(property = "lancet.options")
    String options = "";

    @Override
    void work() throws MojoExecutionException, MojoFailureException {
        List<String> command = new ArrayList<>(command("compress"));
        command.addAll(words(options));
        Path stamp = output.toPath().resolveSibling(output.getName() + ".made-from");
        try {
            String made = madeFrom(command);
            if (output.exists() && Files.exists(stamp)) {
                if (Files.readString(stamp).equals(made)) {
                    getLog().info(output + " is up to date");
                    return;
                }
                // Only what this goal has made: the command refuses to write over anything else.
                delete(output.toPath());
                delete(Path.of(output + ".report"));
            }
            Files.deleteIfExists(stamp);
            command.addAll(List.of("--out", output.getPath()));
            lancet(command, getLog()::info).lines().forEach(getLog()::info);
            AtomicFile.replace(stamp, made);
        } catch (IOException e) {
            throw new MojoExecutionException("compress: " + e.getMessage(), e);
        }
    }

    /** The arguments, and a hash of every file that they name. */
    private String madeFrom(List<String> command) throws IOException {
        StringBuilder text = new StringBuilder("lancet ")
                .append(LancetMojo.class.getPackage().getImplementationVersion())
                .append('\n');
        for (String argument : command) {
            text.append(argument).append('\n');
            // A File, because globs are no paths on Windows.
            Path path = new File(basedir, argument).exists() ? basedir.toPath().resolve(argument) : basedir.toPath();
            if (!argument.isEmpty() && !path.equals(basedir.toPath())) {
                try (Stream<Path> files = Files.walk(path)) {
                    for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                        text.append("  ")
                                .append(Sha256.of(file))
                                .append("  ")
                                .append(path.relativize(file))
                                .append('\n');
                    }
                }
            }
        }
        return text.toString();
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
