package dev.lancet.cli.console;

import picocli.CommandLine.Option;

/** The options that every command takes. */
public final class CommonOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show what this command does, its options, and examples.")
    boolean help;

    @Option(
            names = "--json",
            description = "Print the result as one JSON document, and nothing else, on" + " standard output.")
    public boolean json;

    @Option(names = "--quiet", description = "Show no progress.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show TensorFlow's own log, and the stack trace of an error.")
    boolean verbose;
}
