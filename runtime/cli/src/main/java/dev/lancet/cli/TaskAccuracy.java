package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.ClassifierOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.LanguageModelArgument;
import dev.lancet.cli.option.TaskOptions;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.runtime.classify.LabelledTexts;
import dev.lancet.runtime.classify.TextClassifier;
import dev.lancet.runtime.task.TaskResult;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Measures the accuracy of models in a task: by prompts, or as classifiers of texts.
 *
 * @param command the command
 * @param engine what runs a language model
 * @param where the device
 * @param options the rows, and how they become prompts
 */
record TaskAccuracy(LancetCommand command, EngineOption engine, DeviceOptions where, TaskOptions options) {

    /**
     * The way of measuring a task: it takes the name of a model and its adapter.
     *
     * @param name the value of {@code --task}
     * @param field the value of {@code --field}
     */
    BiFunction<String, AdapterOption, TaskResult> of(String name, Optional<String> field) {
        return name.equals(ClassifierOptions.CLASSIFY) ? classified(field) : prompted(options.of(name, command));
    }

    private BiFunction<String, AdapterOption, TaskResult> prompted(Task asked) {
        return (named, beside) -> new LanguageModelArgument(command, named, engine, beside, where)
                .withTokenizer("")
                .run(model -> model.evaluate(asked));
    }

    private BiFunction<String, AdapterOption, TaskResult> classified(Optional<String> field) {
        engine.refuseForGraph(command);
        TaskOptions.Labelled rows = options.labelled(command);
        return (named, beside) -> {
            beside.folder().ifPresent(adapter -> {
                throw command.wrongUsage(
                        "--adapter: " + adapter + "; a classifier has its adapters merged, so leave it out");
            });
            TextClassifier classifier =
                    TextClassifier.open(Path.of(named), rows.tokenizer(), where.device(command), command.progress());
            LabelledTexts all =
                    LabelledTexts.read(rows.file(), new LabelledTexts.Fields(field, rows.label()), command.progress());
            return classifier.measure(
                    rows.limit().map(most -> all.some(most, rows.seed())).orElse(all), rows.seed());
        };
    }
}
