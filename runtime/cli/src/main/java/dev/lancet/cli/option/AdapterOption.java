package dev.lancet.cli.option;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.peft.Peft;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that adds trained adapters to a model's layers. */
public final class AdapterOption {

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Adapters to add to MODEL's layers: a folder that lancet tune or Hugging Face's PEFT wrote."
                    + " Repeatable; DIR=X multiplies what the adapters of DIR add by X (default: 1).")
    private List<String> folders = List.of();

    /** The first value, or empty if the option is absent. */
    public Optional<String> folder() {
        return folders.stream().findFirst();
    }

    /** The model with the adapters, or the model itself if the option is absent. */
    public Model beside(Model model) {
        try {
            return WeightedAdapters.of(folders).beside(model);
        } catch (IllegalArgumentException e) {
            throw new LancetException("--adapter: " + e.getMessage(), e);
        }
    }

    /** The declared model with the adapters of one folder, or the model itself if the option is absent. */
    public Checkpoint beside(Checkpoint model) {
        if (folders.size() > 1) {
            throw new LancetException("--adapter: " + folders.get(1) + " is a second folder; name one at a time here");
        }
        return folder().map(it -> Peft.open(Path.of(it), model.transformer(), model.plan()))
                .map(adapters -> model.with(adapters.plan(), adapters.arrays().with(model.weights())))
                .orElse(model);
    }
}
