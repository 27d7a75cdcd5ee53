package dev.lancet.cli.console;

import dev.lancet.dsl.LancetException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have in common: the console, the common options, and a document as JSON or as text. */
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

    /** Does the work and says what came out, as JSON or for people. */
    public abstract Answer answer();

    /** A number that JSON can say, or null. */
    public static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** A number that JSON can say, or null. */
    public static @Nullable Double finite(OptionalDouble value) {
        return finite(value.orElse(Double.NaN));
    }

    /**
     * What came out.
     *
     * @param document for programs
     * @param text for people
     * @param complaint why it counts as a failure all the same, or empty
     */
    public record Answer(Map<String, @Nullable Object> document, String text, Optional<String> complaint) {

        /** A success. */
        public Answer(Map<String, @Nullable Object> document, String text) {
            this(document, text, Optional.empty());
        }
    }

    @Override
    public final Integer call() {
        Answer answer = answer();
        String text = common.json ? JsonOutput.text(answer.document()) : answer.text();
        console.out().print(text.endsWith("\n") || text.isEmpty() ? text : text + "\n");
        console.out().flush();
        if (answer.complaint().isPresent()) {
            throw new LancetException(answer.complaint().get());
        }
        return CommandLine.ExitCode.OK;
    }

    /** Where long work says how far it is. */
    public LiveProgress progress() {
        return new LiveProgress(console, common.quiet);
    }

    /** Wrong usage: the message names the option, its value and the way out. */
    public ParameterException wrongUsage(String message) {
        if (spec == null) {
            throw new IllegalStateException("the command was not parsed");
        }
        return new ParameterException(spec.commandLine(), message);
    }
}
