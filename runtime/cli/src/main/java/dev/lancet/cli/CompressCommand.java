package dev.lancet.cli;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.report.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet compress}: makes a model smaller. */
@Command(
        name = "compress",
        description = "Make a model smaller and save it, with a report of what every matrix lost.",
        footer = {
            "",
            "Examples:",
            "  lancet compress my-model --bits 8 --out my-model-int8",
            "  lancet compress my-model --on 'h.*.mlp.*' --ratio 0.5 --bits 4 --group 32 --out slim",
            "  lancet compress my-model diet.lancet.kts --out slim",
        })
final class CompressCommand extends LancetCommand {

    @Parameters(index = "0", paramLabel = "MODEL", description = Subject.MODEL)
    private String what = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RULES",
            description = "A recipe whose compression is applied, in place of the options below.")
    private Optional<Path> recipe = Optional.empty();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The model folder to write.")
    private Path out = Path.of("");

    @Mixin
    private final Rules rules = new Rules();

    CompressCommand(Console console) {
        super(console);
    }

    @Override
    Answer answer() {
        Compression compression = rules.chosen(this, recipe);
        if (compression.clauses().isEmpty()) {
            throw wrongUsage("rules: none; say --rank, --ratio, --energy or --bits, or give a recipe");
        }
        Outputs.mustNotExist(out);
        try (Model model = Subject.model(what, progress());
                Model smaller = model.compress(compression)) {
            smaller.save(out);
            Plan plan = smaller.plan();
            List<Path> report = Report.titled(what + " made smaller")
                    .with(Report.Model.of(what, model.plan()))
                    .with(Report.Model.of(out.toString(), plan))
                    .with(out.toString(), plan, smaller.losses())
                    .fact("rules", compression.toString().replaceAll("\\s+", ""))
                    .write(out);
            Map<String, @Nullable Object> document = PlanDocument.of(plan, smaller.losses());
            document.put("out", out.toString());
            document.put("report", report.stream().map(Path::toString).toList());
            return new Answer(document, text(plan, report));
        }
    }

    private String text(Plan plan, List<Path> report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d matrices changed, %,d -> %,d bytes, %.2fx smaller%nsaved %s%n",
                plan.changed().size(),
                plan.steps().size(),
                plan.bytesBefore(),
                plan.bytesAfter(),
                plan.compression(),
                out));
        report.forEach(file -> text.append("wrote ").append(file).append('\n'));
        return text.toString();
    }
}
