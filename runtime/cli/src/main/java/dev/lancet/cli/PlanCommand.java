package dev.lancet.cli;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.runtime.Model;
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
import picocli.CommandLine.Parameters;

/** {@code lancet plan}: the dry run. */
@Command(
        name = "plan",
        description = "Say what would become of every matrix, and why, without doing it.",
        footer = {
            "",
            "Examples:",
            "  lancet plan llama-2-7b --bits 4 --group 32",
            "  lancet plan samples/quickstart.lancet.kts",
            "  lancet plan my-model --bits 8 --on 'h.*.mlp.*' --rank 64 --bits 8 --on head --keep",
            "  lancet plan my-model diet.lancet.kts --json",
            "  lancet plan saved_model --on '*/kernel' --bits 8",
            "",
            "The JSON of a recipe is the plan of its last candidate, with all of them under \"candidates\"."
        })
final class PlanCommand extends LancetCommand {

    @Parameters(
            index = "0",
            paramLabel = "MODEL|RECIPE",
            description = Subject.ANYTHING + " Or a recipe with its own models.")
    private String what = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RULES",
            description = "A recipe whose compression is applied to MODEL, in place of the options below.")
    private Optional<Path> recipe = Optional.empty();

    @Mixin
    private final Rules rules = new Rules();

    PlanCommand(Console console) {
        super(console);
    }

    @Override
    Answer answer() {
        if (Subject.isScript(what)) {
            if (rules.given() || recipe.isPresent()) {
                throw wrongUsage("rules: " + what + " holds its own; give a model to apply other rules to");
            }
            return ofRecipe(RecipePlans.of(Script.load(Path.of(what))));
        }
        Compression compression = rules.chosen(this, recipe);
        Plan plan = plan(compression);
        return new Answer(PlanDocument.of(plan), plan.toString());
    }

    private Plan plan(Compression compression) {
        Optional<ForeignSubject> foreign = ForeignSubject.find(what);
        if (foreign.isPresent()) {
            return foreign.get().plan(compression, progress());
        }
        Subject subject = Subject.of(what);
        if (subject.path().isEmpty()) {
            return subject.plan().then(compression, Spectra.none());
        }
        try (Model model = Subject.model(what, progress())) {
            return model.planFor(compression);
        }
    }

    private static Answer ofRecipe(Map<String, Plan> plans) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Map<String, @Nullable Object> last = new LinkedHashMap<>();
        for (Map.Entry<String, Plan> candidate : plans.entrySet()) {
            last = new LinkedHashMap<>();
            last.put("candidate", candidate.getKey());
            last.putAll(PlanDocument.of(candidate.getValue()));
            all.add(last);
            text.append(text.isEmpty() ? "" : "\n")
                    .append(candidate.getKey())
                    .append(": ")
                    .append(candidate.getValue());
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>(last);
        document.put("candidates", all);
        return new Answer(document, text.toString());
    }
}
