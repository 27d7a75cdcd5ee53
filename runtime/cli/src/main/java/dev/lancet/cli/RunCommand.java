package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.runtime.compress.OutcomeText;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeException;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.script.Script;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet run}: carries out a whole recipe. */
@Command(
        name = "run",
        description = {
            "Carry out a recipe: train or load every candidate, compress, evaluate, sample, save, report.",
            "Prints the results of every candidate, and the paths of the saved models and the report."
        },
        footer = {
            "",
            "Examples:",
            "  lancet run samples/quickstart.lancet.kts",
            "  lancet run samples/quickstart.lancet.kts --resume",
            "  lancet run samples/quickstart.lancet.kts --force",
            "  lancet run Quickstart.java --json > outcome.json",
            "",
            "A recipe is a .lancet.kts file whose last expression is a Recipe, or a .java file with a class "
                    + "that has the file's name and one method that returns a Recipe. The JSON has the \"model\" and "
                    + "\"plan\" of the last candidate, and those of all candidates under \"candidates\".",
            "",
            "Metrics, curves and a state every 100 steps go to the folder training inside the report's folder, "
                    + "or beside the first export if there is no report. If a run is stopped or killed, --resume "
                    + "continues it: it skips the finished candidates, continues the current one, and ends with the same "
                    + "weights as an uninterrupted run. The recipe may have changed meanwhile: candidates that it "
                    + "declares as before are kept.",
        })
final class RunCommand extends LancetCommand {

    @Parameters(paramLabel = "RECIPE", description = "A .lancet.kts or .java file.")
    private Path recipe = Path.of("");

    @Option(names = "--resume", description = "Continue the interrupted run of this recipe.")
    private boolean resume;

    @Option(
            names = "--force",
            description = "Replace what a former run of this recipe wrote; with --resume only the models and states of"
                    + " candidates that the recipe declares in another way since then.")
    private boolean force;

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    RunCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Device device = where.device(this);
        try (RecipeRun run = new RecipeRun(Script.load(recipe), progress()).on(device)) {
            if (resume) {
                run.resume();
            }
            if (force) {
                run.force();
            }
            RecipeRun.Outcome outcome = run.carryOut();
            return new Answer(RunDocument.of(outcome), text(outcome));
        } catch (RecipeException wrong) {
            throw Script.at(recipe, wrong.texts(), wrong);
        }
    }

    private static String text(RecipeRun.Outcome outcome) {
        Report report = outcome.report();
        StringBuilder text = new StringBuilder(report.table());
        for (CandidateResult one : outcome.finished()) {
            one.calibrated().ifPresent(measured -> text.append('\n')
                    .append(one.candidate().name())
                    .append(", when compressed:\n")
                    .append(OutcomeText.of(measured).indent(4)));
            for (Generation sample : one.samples()) {
                text.append('\n')
                        .append(one.candidate().name())
                        .append(":\n")
                        .append((sample.prompt() + sample.text()).indent(4));
            }
        }
        text.append('\n');
        outcome.finished().forEach(one -> one.saved()
                .forEach(folder -> text.append("saved ").append(folder).append('\n')));
        outcome.files().forEach(file -> text.append("wrote ").append(file).append('\n'));
        return text.toString();
    }
}
