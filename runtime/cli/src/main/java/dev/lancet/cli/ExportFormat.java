package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand.Answer;
import dev.lancet.dsl.plan.EqualRows;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One format of {@code lancet export}. */
interface ExportFormat {

    /** The options that this format has, and others may not have. */
    List<String> options();

    /**
     * Checks what needs no work.
     *
     * @throws dev.lancet.dsl.LancetException if a model cannot have this format, or a place cannot have this name
     */
    void check(Checkpoint model, Path out);

    /** The form that a model needs before it is written: without adapters at least. */
    Plan form(Plan plan);

    /**
     * Writes a model.
     *
     * @param model the model in its {@link #form}
     * @param out where to; nothing is there yet
     * @param changed the matrices that are not stored as before, because the format has no place for their form
     */
    Answer write(Checkpoint model, Path out, List<String> changed);

    /**
     * The matrices whose codes were rounded again when adapters were merged into them.
     *
     * @param form the form of the model
     * @param changed the matrices that are not stored as before
     */
    static List<String> roundedAgain(Plan form, List<String> changed) {
        return changed.stream()
                .filter(name -> form.step(name).precision().narrow())
                .toList();
    }

    /** The names of matrices for people; those of equal blocks as one. */
    static String listed(List<String> names) {
        return EqualRows.of(names, Function.identity(), name -> "").stream()
                .map(EqualRows::name)
                .collect(Collectors.joining(", "));
    }
}
