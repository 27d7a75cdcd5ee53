package dev.lancet.cli.console;

import picocli.CommandLine.Option;

/** The options that every command takes. */
public final class CommonOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say what this command does, with examples.")
    boolean help;

    @Option(names = "--json", description = "Print one JSON document, and nothing else, on standard output.")
    public boolean json;

    @Option(names = "--quiet", description = "Show no progress.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Show the stack trace of an error, and TensorFlow's own log.")
    boolean verbose;
}
