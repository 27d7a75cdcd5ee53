package dev.lancet.cli.console;

import dev.lancet.dsl.EditDistance;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.PrintableText;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.script.ScriptException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints each error as one line, {@code error: THING: what is wrong; the way out}; an excerpt follows if it is in a
 * script.
 */
public final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {

    /** The status that a shell gives for an interrupt: 128 plus the number of SIGINT. */
    private static final int INTERRUPTED = 130;

    private static final int LETTERS_PER_SLIP = 5;

    private final Console console;

    public Errors(Console console) {
        this.console = console;
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        String message = usage(wrong);
        say(message
                + (message.contains(";")
                        ? ""
                        : "; see " + command.getCommandSpec().qualifiedName() + " --help"));
        return CommandLine.ExitCode.USAGE;
    }

    private static String usage(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            String what = unmatched.isUnknownOption() ? "unknown option: " : "unexpected argument: ";
            boolean command = !unmatched.isUnknownOption()
                    && !unmatched.getCommandLine().getSubcommands().isEmpty();
            List<String> near = near(first, unmatched.getCommandLine());
            return (command ? "unknown command: " : what)
                    + first
                    + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?");
        }
        String message = String.valueOf(wrong.getMessage()).lines().findFirst().orElse("wrong usage");
        if (wrong instanceof MissingParameterException) {
            return "missing: "
                    + message.replaceAll("^Missing required [^:]*: ", "").replace("'", "");
        }
        return message.substring(0, 1).toLowerCase(Locale.ROOT)
                + message.substring(1).replaceAll("\\.$", "");
    }

    /** The options or commands that differ by a slip or two from what was typed. */
    private static List<String> near(String typed, CommandLine command) {
        Collection<String> names = typed.startsWith("-")
                ? command.getCommandSpec().optionsMap().keySet()
                : command.getSubcommands().keySet();
        int slips = 1 + typed.length() / LETTERS_PER_SLIP;
        return names.stream()
                .filter(name -> EditDistance.between(typed, name) <= slips)
                .sorted(Comparator.comparingInt(name -> EditDistance.between(typed, name)))
                .toList();
    }

    @Override
    public int handleExecutionException(Exception thrown, CommandLine command, ParseResult result) {
        if (thrown instanceof ParameterException wrong) {
            return handleParseException(wrong, new String[0]);
        }
        say(failure(thrown));
        if (thrown instanceof TrainingStoppedException) {
            return INTERRUPTED;
        }
        if (thrown instanceof ScriptException script) {
            console.err().print(PrintableText.lines(script.excerpt()));
        }
        if (verbose(command)) {
            thrown.printStackTrace(console.err());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String failure(Exception thrown) {
        if (thrown instanceof LancetException || thrown.getClass() == IllegalArgumentException.class) {
            return String.valueOf(thrown.getMessage());
        }
        Throwable cause =
                thrown instanceof UncheckedIOException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof FileSystemException file) {
            String reason = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
            return "file: " + file.getFile() + "; " + reason;
        }
        if (cause instanceof IOException) {
            return "file: " + cause.getMessage() + "; check the path and the disk";
        }
        return "unexpected: " + cause.toString().replaceAll("\\R.*", "") + "; run again with -v for the stack trace";
    }

    /** The message of an {@link OutOfMemoryError}, which picocli does not hand to this class. */
    public static String outOfMemory() {
        return "memory: the Java heap of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                + " MB is full; give it more, for example LANCET_JAVA_OPTS=-Xmx8g";
    }

    public void say(String message) {
        console.out().flush();
        console.err().println("error: " + PrintableText.line(message));
    }

    private static boolean verbose(CommandLine command) {
        return command.getCommand() instanceof LancetCommand lancet && lancet.common.verbose;
    }
}
