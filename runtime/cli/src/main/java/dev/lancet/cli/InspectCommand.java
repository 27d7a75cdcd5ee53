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

/** {@code lancet inspect}: what a model is. */
@Command(
        name = "inspect",
        description = "Say what a model is: its architecture, its size, and every matrix in it.",
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
                    + " is a graph, and adapters are for Hugging Face and Lancet folders");
        }
        return graph.map(found -> GraphInspection.of(model.format(), found))
                .orElseGet(() -> DeclaredInspection.of(model.format(), adapter.beside(model.checkpoint())));
    }
}
