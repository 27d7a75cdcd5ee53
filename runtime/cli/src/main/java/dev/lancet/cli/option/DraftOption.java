package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.generate.DraftModel;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.language.TextModel;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options that give a model a small one which proposes tokens. */
public final class DraftOption {

    @Option(
            names = "--draft",
            paramLabel = "MODEL",
            description =
                    "A small model with the same tokens, such as the compressed one: it proposes tokens, and MODEL reads"
                            + " several of them in one run. The text is that of MODEL, or as probable when it is sampled.")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--draft-tokens",
            paramLabel = "K",
            description = "With --draft: how many tokens it proposes at a time (default: " + DraftModel.USUAL + ").")
    private Optional<Integer> tokens = Optional.empty();

    /**
     * Gives {@code use} a generator of texts with a model, and closes it.
     *
     * @param engine what runs the small model
     * @param where where it runs
     */
    public <T> T run(
            LancetCommand command,
            TextModel large,
            EngineOption engine,
            DeviceOptions where,
            Function<TextGenerator, T> use) {
        if (model.isEmpty()) {
            command.refuseGiven("; it needs --draft MODEL", "--draft-tokens");
            return closing(large.generator(), use);
        }
        return new LanguageModelArgument(command, model.get(), engine, new AdapterOption(), where)
                .run(small -> closing(generator(command, large, small), use));
    }

    private TextGenerator generator(LancetCommand command, TextModel large, TextModel small) {
        try {
            return new TextGenerator(large.engine(), new DraftModel(small.engine(), tokens.orElse(DraftModel.USUAL)));
        } catch (IllegalArgumentException wrong) {
            throw command.wrongUsage("--" + wrong.getMessage());
        }
    }

    private static <T> T closing(TextGenerator generator, Function<TextGenerator, T> use) {
        try (generator) {
            return use.apply(generator);
        }
    }
}
