package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.TextDiff;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet diff}: shows how two models, graphs or plans differ. */
@Command(
        name = "diff",
        description = {
            "Compare two models, graphs or plans, and print the lines in which their canonical texts differ.",
            "The exit status is 1 if they differ. The values of weights are compared only if they are constants"
                    + " of a graph."
        },
        footer = {
            "",
            "Examples:",
            "  lancet diff saved_model target/slim",
            "  lancet diff frozen.pb other.pb --json",
            "  lancet diff target/a/plan.json target/b/plan.json",
        })
final class DiffCommand extends LancetCommand {

    private static final String SUBJECT =
            "A TensorFlow SavedModel folder, a graph .pb, a Lancet or Hugging Face model folder, or a plan .json.";

    @Parameters(index = "0", paramLabel = "A", description = SUBJECT)
    private String before = "";

    @Parameters(index = "1", paramLabel = "B", description = "What to compare A with, in any of the same forms.")
    private String after = "";

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Show at most N lines (default: ${DEFAULT-VALUE}).")
    private int lines;

    DiffCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (lines < 1) {
            throw wrongUsage("--lines: " + lines + "; choose 1 or more");
        }
        if (plan(before) != plan(after)) {
            throw new LancetException("diff: " + before + " and " + after
                    + " cannot be compared; compare two plans, or two models or graphs");
        }
        TextDiff difference = TextDiff.of(text(before), text(after));
        TextDiff.Names names = difference.names();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("a", before);
        document.put("b", after);
        document.put("equal", difference.isEmpty());
        document.put("added", names.added());
        document.put("removed", names.removed());
        document.put("changed", names.changed());
        return new Answer(
                document,
                difference.unified(before, after, lines),
                Optional.empty(),
                difference.isEmpty() ? Optional.empty() : Optional.of(summary(names)));
    }

    private String summary(TextDiff.Names names) {
        return before + " and " + after + " differ: " + names.added().size() + " added, "
                + names.removed().size() + " removed, " + names.changed().size() + " changed";
    }

    private static boolean plan(String named) {
        return named.endsWith(".json");
    }

    private static String text(String named) {
        Path path = Path.of(named);
        return plan(named)
                ? dev.lancet.runtime.json.LanguageJson.read(path, Plan.class).canonical()
                : GraphFile.read(path).text();
    }
}
