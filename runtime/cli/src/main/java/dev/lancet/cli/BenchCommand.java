package dev.lancet.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lancet bench}: a group of commands, each of which measures one kind of work on this machine. */
@Command(
        name = "bench",
        description = {
            "Measure how fast this machine trains, generates and compresses, and how much memory a model needs to run"
                    + " and to be tuned.",
            "The models have random weights, so no files are needed."
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Examples:",
            "  lancet bench train --preset S --rank 32",
            "  lancet bench generate --preset M --bits 8",
            "  lancet bench compress --preset S --rank 32 --bits 4 --json",
            "  lancet bench memory",
            "  lancet bench tune",
        })
final class BenchCommand implements Runnable {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show what this command does, its options, and examples.")
    boolean help;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("the command was not parsed");
        }
        throw new ParameterException(
                spec.commandLine(), "missing: COMMAND; choose train, generate, compress, memory or tune");
    }
}
