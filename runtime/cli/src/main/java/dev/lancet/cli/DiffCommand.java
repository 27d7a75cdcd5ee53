package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.TextDiff;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
            "Compare two models, graphs or plans: print the matrices that are stored otherwise, and the lines in which"
                    + " their canonical texts differ.",
            "Functions of SavedModels are inlined first, so that a model and its compressed self can be matched.",
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
        if (plan(before)) {
            return answer(TextDiff.of(plansText(before), plansText(after)), Optional.empty());
        }
        TextDiff whole = TextDiff.of(
                GraphFile.read(Path.of(before)).text(),
                GraphFile.read(Path.of(after)).text());
        if (whole.isEmpty()) {
            return answer(whole, Optional.empty());
        }
        Optional<ComparedModel> first = ComparedModel.of(before);
        Optional<ComparedModel> second = ComparedModel.of(after);
        if (first.isEmpty() || second.isEmpty()) {
            return answer(whole, Optional.empty());
        }
        TextDiff matched = TextDiff.of(first.get().text(), second.get().text());
        return answer(
                matched.isEmpty() ? whole : matched,
                Optional.of(
                        MatrixChanges.of(first.get().matrices(), second.get().matrices())));
    }

    private Answer answer(TextDiff difference, Optional<MatrixChanges> matrices) {
        TextDiff.Names names = difference.names();
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("a", before);
        document.put("b", after);
        document.put("equal", difference.isEmpty());
        document.put("matrices", matrices.map(MatrixChanges::document).orElse(List.of()));
        document.put("added", names.added());
        document.put("removed", names.removed());
        document.put("changed", names.changed());
        Optional<MatrixChanges> told = matrices.filter(some -> !some.changed().isEmpty());
        return new Answer(
                document,
                told.map(some -> some.table() + "\n").orElse("") + difference.unified(before, after, lines),
                Optional.empty(),
                difference.isEmpty() ? Optional.empty() : Optional.of(summary(names, told)));
    }

    private String summary(TextDiff.Names names, Optional<MatrixChanges> matrices) {
        return before + " and " + after + " differ: "
                + matrices.map(some -> some.summary() + "; nodes: ").orElse("")
                + names.added().size() + " added, " + names.removed().size() + " removed, "
                + names.changed().size() + " changed";
    }

    private static boolean plan(String named) {
        return named.endsWith(".json");
    }

    private static String plansText(String named) {
        return LanguageJson.read(Path.of(named), Plan.class).canonical();
    }
}
