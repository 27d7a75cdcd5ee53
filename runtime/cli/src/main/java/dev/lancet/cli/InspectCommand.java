package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.surgery.imported.ImportedModel;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lancet inspect}: describes a model. */
@Command(
        name = "inspect",
        description = {
            "Describe a model: its architecture, its size, and every matrix in it.",
            "Prints shape, precision and bytes of each matrix. For a graph, also prints its signatures and"
                    + " unused weights."
        },
        footer = {
            "",
            "Examples:",
            "  lancet inspect my-model",
            "  lancet inspect tinyllama-1.1b --json",
            "  lancet inspect saved_model",
            "  lancet inspect my-model --adapter tuned/adapter",
        })
final class InspectCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = ModelArgument.ANYTHING)
    private String named = "";

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    InspectCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        ModelArgument model = ModelArgument.of(named);
        Optional<ImportedModel> graph = model.graph();
        if (graph.isPresent() && adapter.folder().isPresent()) {
            throw wrongUsage("--adapter: " + adapter.folder().get() + "; " + named
                    + " is a graph; adapters work only with Hugging Face and Lancet model folders");
        }
        return graph.map(found -> GraphInspection.of(model.format(), found))
                .orElseGet(() -> DeclaredInspection.of(model.format(), adapter.beside(model.checkpoint())));
    }
}
