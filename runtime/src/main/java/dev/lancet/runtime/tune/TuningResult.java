package dev.lancet.runtime.tune;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.peft.Peft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a fine-tuning left: adapters as a folder of PEFT, and the whole model where the base and that folder are not it.
 *
 * @param adapter the folder of the adapters, if there are any and PEFT has names for them
 * @param model the Lancet model folder, where the base is not what was trained upon: its layers are in fewer bits now, it
 *     had adapters before, all of it was trained, or PEFT has no names for its layers
 * @param hindrance why there is no folder of PEFT although there are adapters
 */
public record TuningResult(Optional<Path> adapter, Optional<Path> model, Optional<String> hindrance) {

    /** Where the adapters go. */
    public static Path adapter(Path folder) {
        return folder.resolve("adapter");
    }

    /** Where the model goes. */
    public static Path model(Path folder) {
        return folder.resolve("model");
    }

    /**
     * Saves what was trained.
     *
     * @param base the plan of the model before
     * @param tuned what became of it
     * @throws LancetException if one of the folders exists or cannot be written
     */
    public static TuningResult save(Plan base, Model tuned, Path folder) {
        boolean adapted = tuned.plan().adapted();
        Optional<String> hindrance = adapted ? Peft.hindrance(tuned.transformer(), tuned.plan()) : Optional.empty();
        Optional<Path> adapter = adapted && hindrance.isEmpty() ? Optional.of(adapter(folder)) : Optional.empty();
        boolean whole = adapter.isEmpty() || base.adapted() || storesOtherwise(base, tuned.plan());
        Optional<Path> model = whole ? Optional.of(model(folder)) : Optional.empty();
        adapter.ifPresent(tuned::saveAdapters);
        model.ifPresent(tuned::save);
        return new TuningResult(adapter, model, hindrance);
    }

    private static boolean storesOtherwise(Plan base, Plan tuned) {
        return !base.arrays().equals(tuned.merged().arrays());
    }

    /** All folders that were written. */
    public List<Path> written() {
        List<Path> written = new ArrayList<>();
        adapter.ifPresent(written::add);
        model.ifPresent(written::add);
        return List.copyOf(written);
    }
}
