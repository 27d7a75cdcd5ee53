package dev.lancet.cli;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Presets;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;

/**
 * What a command is about: a preset by its name, or a model on disk.
 *
 * @param format what it is, for programs
 * @param transformer its declaration
 * @param plan in which form its weights are stored now
 */
record Subject(String format, Transformer transformer, Plan plan) {

    /** Help for the parameter that names one. */
    static final String MODEL =
            "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, or the name of a preset.";

    static Subject of(String named) {
        return Presets.find(named)
                .map(preset -> new Subject("preset", preset, Plan.dense(preset)))
                .orElseThrow(() -> new LancetException("model: " + named + "; there is no such file, folder or preset ("
                        + String.join(", ", Presets.names()) + ")"));
    }

    /** Whether an argument names a script rather than a model. */
    static boolean isScript(String named) {
        return named.endsWith(".kts") || named.endsWith(".java");
    }
}
