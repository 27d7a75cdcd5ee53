package dev.lancet.cli.console;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.PrintableText;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The base of all commands: the console, the common options, and the output as JSON or as text. */
public abstract class LancetCommand implements Callable<Integer> {

    public final Console console;

    @Mixin
    public final CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    public LancetCommand(Console console) {
        this.console = console;
    }

    /** Does the work and prints the answer, as JSON or as text. */
    public abstract Answer answer();

    /** The number, or null if it is NaN or infinite, which JSON cannot express. */
    public static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** The number, or null if it is absent, NaN or infinite. */
    public static @Nullable Double finite(OptionalDouble value) {
        return finite(value.orElse(Double.NaN));
    }

    /**
     * The result of a command.
     *
     * @param document for programs
     * @param text for people
     * @param complaint why the command fails although it has a result, or empty if it succeeds
     * @param difference what differs, if the command was asked whether two things are equal and they are not
     */
    public record Answer(
            Map<String, @Nullable Object> document,
            String text,
            Optional<String> complaint,
            Optional<String> difference) {

        /** The answer of a command that succeeds. */
        public Answer(Map<String, @Nullable Object> document, String text) {
            this(document, text, Optional.empty(), Optional.empty());
        }

        /** The answer of a command that fails if there is a complaint. */
        public Answer(Map<String, @Nullable Object> document, String text, Optional<String> complaint) {
            this(document, text, complaint, Optional.empty());
        }
    }

    @Override
    public final Integer call() {
        Answer answer = answer();
        String text = common.json
                ? PrintableText.json(JsonOutput.text(answer.document()))
                : PrintableText.lines(answer.text());
        console.out().print(text.endsWith("\n") || text.isEmpty() ? text : text + "\n");
        console.out().flush();
        if (answer.complaint().isPresent()) {
            throw new LancetException(answer.complaint().get());
        }
        answer.difference().ifPresent(this::tell);
        return answer.difference().isPresent() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    /** Shows how far long work is. */
    public LiveProgress progress() {
        return new LiveProgress(console, common.quiet);
    }

    /** Prints a line about the work on standard error, unless the command is quiet. */
    public void tell(String line) {
        if (!common.quiet) {
            console.err().println(line);
        }
    }

    /** The command line as it was typed, quoted for a shell where it must be. */
    public String commandLine() {
        return "lancet "
                + spec().root().commandLine().getParseResult().originalArgs().stream()
                        .map(LancetCommand::quoted)
                        .collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    /**
     * Fails if one of these options is given, because it would have no effect.
     *
     * @param why follows the option and its value
     */
    public void refuseGiven(String why, String... options) {
        for (String option : options) {
            if (spec().commandLine().getParseResult().hasMatchedOption(option)) {
                throw wrongUsage(option + ": " + value(option) + why);
            }
        }
    }

    /** Whether one of these options is given. */
    public boolean given(String... options) {
        return Arrays.stream(options)
                .anyMatch(option -> spec().commandLine().getParseResult().hasMatchedOption(option));
    }

    private String value(String option) {
        return String.join(
                " ", spec().commandLine().getParseResult().matchedOption(option).stringValues());
    }

    /** The error for wrong usage; the message names the option, its value and the way out. */
    public ParameterException wrongUsage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    /** What picocli knows about this command. */
    public final CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("the command was not parsed");
        }
        return spec;
    }
}
