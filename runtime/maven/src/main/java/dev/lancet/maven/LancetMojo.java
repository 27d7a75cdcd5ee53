package dev.lancet.maven;

import dev.lancet.maven.LancetProcess.Said;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.codehaus.plexus.util.cli.CommandLineUtils;

/** What all goals share: the model, the rules, and how a command of Lancet runs. */
abstract class LancetMojo extends AbstractMojo {

    /** A model folder, a SavedModel, a frozen graph, or (only to plan and verify) a recipe or the name of a preset. */
    @Parameter(property = "lancet.model", required = true)
    String model = "";

    /**
     * The rules, as options of {@code lancet plan} and {@code lancet compress}: {@code --on h.*.mlp.* --bits 8}. A value with spaces is
     * quoted. A recipe, whose compression then applies, may stand here instead.
     */
    @Parameter(property = "lancet.rules")
    String rules = "";

    /** More options for the Java that runs Lancet, such as {@code -Xmx8g}. */
    @Parameter(property = "lancet.javaOptions")
    String javaOptions = "";

    /** Whether to do nothing. */
    @Parameter(property = "lancet.skip", defaultValue = "false")
    boolean skip;

    /** Where the goal {@code compress} writes the smaller model; a SavedModel's copy may end in {@code .pb}. */
    @Parameter(property = "lancet.output", defaultValue = "${project.build.directory}/lancet/model")
    File output = new File("");

    @Parameter(defaultValue = "${project.basedir}", readonly = true, required = true)
    File basedir = new File("");

    @Parameter(defaultValue = "${plugin.artifacts}", readonly = true, required = true)
    List<Artifact> artifacts = List.of();

    @Override
    public final void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("skipped");
            return;
        }
        work();
    }

    /** Does the work of the goal. */
    abstract void work() throws MojoExecutionException, MojoFailureException;

    /** The words of a text of options, quoted ones without their quotes. */
    static List<String> words(String options) throws MojoExecutionException {
        try {
            return Arrays.asList(CommandLineUtils.translateCommandline(options));
        } catch (Exception unbalanced) {
            throw new MojoExecutionException("options: " + options + "; close the quotes", unbalanced);
        }
    }

    /** A command with the model, the rules, and more arguments. */
    final List<String> command(String name, String... more) throws MojoExecutionException {
        List<String> command = new ArrayList<>(List.of(name, model));
        command.addAll(words(rules));
        command.addAll(Arrays.asList(more));
        return command;
    }

    /**
     * Runs a command of Lancet.
     *
     * @param listener takes what it tells about its work
     * @return its standard output
     * @throws MojoFailureException if it fails; the message is its error
     */
    final String lancet(List<String> arguments, Consumer<String> listener)
            throws MojoExecutionException, MojoFailureException {
        List<Path> classPath = artifacts.stream()
                .map(Artifact::getFile)
                .filter(Objects::nonNull)
                .map(File::toPath)
                .toList();
        try {
            Said said = new LancetProcess(basedir.toPath(), classPath, words(javaOptions)).run(arguments, listener);
            if (said.status() != 0) {
                throw new MojoFailureException(
                        said.error().isEmpty()
                                ? "lancet " + String.join(" ", arguments) + ": exit status " + said.status()
                                : said.error());
            }
            return said.output();
        } catch (IOException e) {
            throw new MojoExecutionException("lancet: it cannot be started; " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MojoExecutionException("lancet: interrupted", e);
        }
    }
}
