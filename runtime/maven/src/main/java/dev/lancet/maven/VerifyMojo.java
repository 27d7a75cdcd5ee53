package dev.lancet.maven;

import dev.lancet.assertj.GoldenGraphs;
import dev.lancet.io.Sha256;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Fails the build if the plan differs from its golden file, with the lines that moved. If the goal {@code compress} wrote a model, it also
 * compares the model's files with their checksums, and with {@code weights} their hashes with a second golden file.
 */
@Mojo(name = "verify", defaultPhase = LifecyclePhase.VERIFY, requiresProject = true, threadSafe = true)
public final class VerifyMojo extends LancetMojo {

    /** The folder of golden files; the same that tests use. */
    @Parameter(property = GoldenGraphs.FOLDER, defaultValue = "${project.basedir}/src/test/resources/golden")
    File goldens = new File("");

    /** The name of the golden file with the plan. */
    @Parameter(property = "lancet.golden", defaultValue = "${project.artifactId}.plan")
    String golden = "";

    /**
     * Whether the golden file NAME.weights holds the hashes of the compressed weights. Quantized weights are the same on every
     * machine; those of a decomposition or a calibration are so only on processors of one kind.
     */
    @Parameter(property = "lancet.weights", defaultValue = "false")
    boolean weights;

    /** Whether golden files that differ are rewritten. */
    @Parameter(property = GoldenGraphs.UPDATE, defaultValue = "false")
    boolean update;

    @Override
    void work() throws MojoExecutionException, MojoFailureException {
        compare(golden, lancet(command("plan", "--canonical"), getLog()::info));
        if (output.isDirectory()) {
            lancet(List.of("verify", output.getPath()), getLog()::info).lines().forEach(getLog()::info);
        }
        if (weights) {
            compare(golden + ".weights", hashes());
        }
    }

    private void compare(String name, String text) throws MojoFailureException {
        try {
            new GoldenGraphs(goldens.toPath(), update).verify(name, text);
            getLog().info(name + " is as in " + goldens);
        } catch (AssertionError differs) {
            throw new MojoFailureException(String.valueOf(differs.getMessage()), differs);
        }
    }

    /** A line for each file with weights: its SHA-256 and its name. */
    private String hashes() throws MojoExecutionException, MojoFailureException {
        Path model = output.toPath();
        if (!output.exists()) {
            throw new MojoFailureException("weights: there is no " + model + "; bind the goal compress before verify");
        }
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.filter(VerifyMojo::holdsWeights).sorted().toList()) {
                Path name = model.equals(file) ? file.getFileName() : model.relativize(file);
                text.append(Sha256.of(file))
                        .append("  ")
                        .append(name.toString().replace('\\', '/'))
                        .append('\n');
            }
        } catch (IOException e) {
            throw new MojoExecutionException("verify: cannot read " + model, e);
        }
        return text.toString();
    }

    private static boolean holdsWeights(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file)
                && (name.endsWith(".safetensors") || name.endsWith(".pb") || name.startsWith("variables."));
    }
}
