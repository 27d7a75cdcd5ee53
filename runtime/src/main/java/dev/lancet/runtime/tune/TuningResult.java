package dev.lancet.runtime.tune;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.peft.Peft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files of a fine-tuning: the adapters as a PEFT folder, and the whole model unless the base and that folder are
 * enough.
 *
 * @param adapter the folder of the adapters, if there are any and PEFT has names for their layers
 * @param model the Lancet model folder, if the base is not the model that was trained: its layers are now in fewer
 *     bits, it had adapters before, the whole model was trained, or PEFT has no names for its layers
 * @param hindrance why there is no PEFT folder although there are adapters
 */
public record TuningResult(Optional<Path> adapter, Optional<Path> model, Optional<String> hindrance) {

    /** The folder for the adapters. */
    public static Path adapter(Path folder) {
        return folder.resolve("adapter");
    }

    /** The folder for the model. */
    public static Path model(Path folder) {
        return folder.resolve("model");
    }

    /**
     * Saves the trained weights. Folders that exist were saved by the process that this one resumes, and stay.
     *
     * @param base the plan of the model before training
     * @param tuned the model after training
     * @throws LancetException if one of the folders cannot be written
     */
    public static TuningResult save(Plan base, Model tuned, Path folder) {
        boolean adapted = tuned.plan().adapted();
        Optional<String> hindrance = adapted ? Peft.hindrance(tuned.transformer(), tuned.plan()) : Optional.empty();
        Optional<Path> adapter = adapted && hindrance.isEmpty() ? Optional.of(adapter(folder)) : Optional.empty();
        boolean whole = adapter.isEmpty() || base.adapted() || storesOtherwise(base, tuned.plan());
        Optional<Path> model = whole ? Optional.of(model(folder)) : Optional.empty();
        adapter.filter(there -> !Files.exists(there)).ifPresent(tuned::saveAdapters);
        model.filter(there -> !Files.exists(there)).ifPresent(tuned::save);
        return new TuningResult(adapter, model, hindrance);
    }

    private static boolean storesOtherwise(Plan base, Plan tuned) {
        return !base.arrays().equals(tuned.merged().arrays());
    }

    /** All written folders. */
    public List<Path> written() {
        List<Path> written = new ArrayList<>();
        adapter.ifPresent(written::add);
        model.ifPresent(written::add);
        return List.copyOf(written);
    }
}
