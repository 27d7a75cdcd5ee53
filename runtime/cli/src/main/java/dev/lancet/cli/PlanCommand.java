package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ClusterPlanOptions;
import dev.lancet.cli.option.CompressionRules;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.SelfGuidance;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.budget.FreeLayers;
import dev.lancet.runtime.budget.WeightErrorSearch;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.report.compression.PlanDocument;
import dev.lancet.runtime.roofline.ClusterHardware;
import dev.lancet.runtime.roofline.StepEstimate;
import dev.lancet.runtime.run.CandidatePlans;
import dev.lancet.runtime.run.ClusterEstimates;
import dev.lancet.runtime.run.RecipeException;
import dev.lancet.script.Script;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet plan}: shows a compression without doing it. */
@Command(
        name = "plan",
        description = {
            "Show what a compression would do to every matrix, and why, without doing it.",
            "Prints rank, precision and bytes of each matrix, and the total size and memory. Writes no file."
        },
        footer = {
            "",
            "Examples:",
            "  lancet plan llama-2-7b --bits 4 --group 32",
            "  lancet plan samples/quickstart.lancet.kts",
            "  lancet plan my-model --bits 8 --on 'h.*.mlp.*' --rank 64 --bits 8 \\",
            "          --on head --keep",
            "  lancet plan my-model diet.lancet.kts --json",
            "  lancet plan saved_model --on '*/kernel' --bits 8",
            "  lancet plan gpt2-1.5b --bits 8 --budget 0.59GB",
            "  lancet plan my-model --rank 64 --spectra",
            "  lancet plan my-model --bits 8 --canonical > my-model.plan",
            "  lancet plan recipe.lancet.kts --cluster \"8x8 h100\"",
            "",
            "Memory counts the stored arrays, and the largest quantized layer while it is unpacked, at batch "
                    + "1. It does not count activations, the cache of keys and values, or TensorFlow itself.",
            "",
            "The JSON of a recipe is the plan of its last candidate, with the plans of all under \"candidates\".",
        })
final class PlanCommand extends LancetCommand {

    @Parameters(
            index = "0",
            paramLabel = "MODEL|RECIPE",
            description = ModelArgument.ANYTHING + " Or a recipe, which declares its own models.")
    private String what = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RULES",
            description = "A recipe whose compression to apply to MODEL, instead of the options below.")
    private Optional<Path> recipe = Optional.empty();

    @Option(
            names = "--spectra",
            description = "Predict the error of every factorized matrix from its singular values. Needs a model with"
                    + " weights, and"
                    + " decomposes every matrix, which takes seconds to many minutes, so it is off by default. --energy"
                    + " and --budget decompose the matrices that they need on their own.")
    private boolean spectra;

    @Option(
            names = "--all",
            description = "Show every matrix on a line of its own. Without it, matrices that differ only in their block"
                    + " share a line.")
    private boolean all;

    @Option(
            names = "--canonical",
            description =
                    "Print the text that golden files hold, which later versions of Lancet do not change without a"
                            + " new number in its first line. Of a recipe it is the plan of the last candidate.")
    private boolean canonical;

    @Mixin
    private final CompressionRules rules = new CompressionRules();

    @Mixin
    private final ClusterPlanOptions cluster = new ClusterPlanOptions();

    PlanCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (canonical && (all || common.json)) {
            throw wrongUsage(
                    "--canonical: " + (all ? "--all" : "--json") + " is another form of a plan; leave out one");
        }
        Optional<ClusterHardware> hardware = cluster.hardware(this);
        if (hardware.isPresent() && (canonical || !ModelArgument.isScript(what))) {
            throw wrongUsage("--cluster: "
                    + (canonical ? "--canonical prints the plan alone" : what + " is a model without a training")
                    + (canonical ? "; leave out one" : "; name a recipe"));
        }
        if (ModelArgument.isScript(what)) {
            if (rules.given() || recipe.isPresent()) {
                throw wrongUsage("rules: " + what + " is a recipe and has its own rules; name a model instead,"
                        + " or leave the options out");
            }
            if (spectra) {
                throw wrongUsage("--spectra: " + what + " is a recipe; name a model with weights");
            }
            try {
                return ofRecipe(Script.load(Path.of(what)), hardware);
            } catch (RecipeException wrong) {
                throw Script.at(Path.of(what), wrong.texts(), wrong);
            }
        }
        Compression compression = rules.chosen(this, recipe);
        ModelArgument model = ModelArgument.of(what);
        Plan plan = plan(model, compression);
        if (canonical) {
            return new Answer(Map.of(), plan.canonical());
        }
        boolean chosen = !model.preset() && FreeLayers.chosenBy(compression);
        return new Answer(PlanDocument.of(plan), text(plan) + (chosen ? "\n" + WeightErrorSearch.NOTE + "\n" : ""));
    }

    private String text(Plan plan) {
        return all ? plan.everyMatrix() : plan.toString();
    }

    private Plan plan(ModelArgument model, Compression compression) {
        if (model.preset()) {
            if (spectra) {
                throw wrongUsage(
                        "--spectra: " + what + " is a preset, which has no weights; name a model with" + " weights");
            }
            return model.plan().then(compression, Spectra.none());
        }
        CompressionJob job = new CompressionJob(model.source(), progress());
        return spectra ? job.planWithErrors(compression) : job.plan(compression);
    }

    private Answer ofRecipe(Recipe recipe, Optional<ClusterHardware> hardware) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Map<String, @Nullable Object> last = new LinkedHashMap<>();
        Map<String, Plan> plans = CandidatePlans.of(recipe);
        if (canonical) {
            return new Answer(
                    Map.of(), List.copyOf(plans.values()).get(plans.size() - 1).canonical());
        }
        Map<String, StepEstimate> estimates =
                hardware.map(where -> ClusterEstimates.of(recipe, plans, where)).orElse(Map.of());
        for (Map.Entry<String, Plan> candidate : plans.entrySet()) {
            last = new LinkedHashMap<>();
            last.put("candidate", candidate.getKey());
            last.putAll(PlanDocument.of(candidate.getValue()));
            all.add(last);
            text.append(text.isEmpty() ? "" : "\n")
                    .append(candidate.getKey())
                    .append(": ")
                    .append(text(candidate.getValue()));
            measuredLater(recipe, candidate.getKey(), text, last);
            guided(recipe, candidate.getKey(), candidate.getValue(), text, last);
            StepEstimate estimate = estimates.get(candidate.getKey());
            if (estimate != null) {
                text.append(candidate.getKey()).append(" on ").append(estimate.text());
                last.put("cluster", estimate.document());
            }
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>(last);
        document.put("candidates", all);
        return new Answer(document, text.toString());
    }

    /** Says where a run may choose other forms, because it has the weights and, with calibration, measures losses. */
    private static void measuredLater(
            Recipe recipe, String name, StringBuilder text, Map<String, @Nullable Object> document) {
        recipe.find(name)
                .filter(one -> !one.origin().fresh() && FreeLayers.chosenBy(one.compression()))
                .ifPresent(one -> {
                    text.append(name)
                            .append(": chosen by sizes alone; a run chooses by the weights or the calibration\n");
                    document.put("chosen_by", "sizes");
                });
    }

    /** Adds the self-guidance of a candidate: its plan describes the model after the training, without the guide. */
    private static void guided(
            Recipe recipe, String candidate, Plan plan, StringBuilder text, Map<String, @Nullable Object> document) {
        for (Stage stage : recipe.stages()) {
            Optional<SelfGuidance> guidance = stage.training().guidance();
            if (stage.candidate().equals(candidate) && guidance.isPresent()) {
                int steps = stage.training().steps();
                text.append(guidance.get().of(plan, steps)).append('\n');
                document.put("guided_steps", guidance.get().steps(steps));
                document.put("guided_twins", guidance.get().twins(plan).size());
            }
        }
    }
}
