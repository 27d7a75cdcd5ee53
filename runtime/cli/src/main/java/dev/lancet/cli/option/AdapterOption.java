package dev.lancet.cli.option;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.peft.Peft;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that adds trained adapters to a model's layers. */
public final class AdapterOption {

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapters to add to MODEL's layers: a folder that lancet tune or Hugging Face's PEFT wrote.")
    private Optional<Path> folder = Optional.empty();

    public Optional<Path> folder() {
        return folder;
    }

    /** The model with the adapters, or the model itself if the option is absent. */
    public Model beside(Model model) {
        return folder.map(model::adapt).orElse(model);
    }

    /** The declared model with the adapters, or the model itself if the option is absent. */
    public Checkpoint beside(Checkpoint model) {
        return folder.map(it -> Peft.open(it, model.transformer(), model.plan()))
                .map(adapters -> model.with(adapters.plan(), model.weights().with(adapters.arrays())))
                .orElse(model);
    }
}
