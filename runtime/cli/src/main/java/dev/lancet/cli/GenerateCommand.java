package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.PrintableText;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TextListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet generate}: continues a text with a model. */
@Command(
        name = "generate",
        description = {
            "Continue a text with a model.",
            "Prints each token as the model generates it. With --json, prints the whole text and its token ids"
                    + " at the end."
        },
        footer = {
            "",
            "Examples:",
            "  lancet generate my-model --prompt \"The Committee\" --max-tokens 60",
            "  lancet generate my-model --prompt \"The Committee\" --temperature 0.8 \\",
            "          --top-p 0.9 --seed 7",
            "  lancet generate my-model --adapter tuned/adapter --prompt \"The Committee\"",
            "  lancet generate my-model --engine onnx --prompt \"The Committee\"",
            "  lancet generate my-model --ids --prompt \"1 403 407\" --json",
        })
final class GenerateCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = ModelArgument.MODEL + " Or a folder that lancet export wrote.")
    private String what = "";

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "The text to continue; required.")
    private String prompt = "";

    @Option(names = "--ids", description = "Read the prompt as token ids, and print ids; needs no tokenizer.")
    private boolean ids;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "The most tokens to generate (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description =
                    "0 (the default) always takes the likeliest token. 1 samples with the model's own probabilities;"
                            + " lower values sample more cautiously.")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Sample only from the likeliest tokens that together have probability P"
                    + " (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "Sample only from the N likeliest tokens; 0 (the default) for all.")
    private int topK;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description =
                    "Sample only from tokens at least P times as probable as the likeliest; 0 (the default) for all.")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            defaultValue = "1",
            description =
                    "Make tokens that the text already has less probable, with X over 1 (default: ${DEFAULT-VALUE}).")
    private double repetitionPenalty;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; repeatable. Not with --ids.")
    private List<String> stops = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "42",
            description = "Seed of the sampling (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final EngineOption engine = new EngineOption();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    GenerateCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        GenerationSettings settings = settings();
        if (ids && !stops.isEmpty()) {
            throw wrongUsage("--stop: --ids prints no text; leave one of them out");
        }
        if (engine.onnx(this, what)) {
            return withOnnx(settings);
        }
        try (Model base = ModelArgument.of(what).model(progress()).on(where.device(this));
                Model model = adapter.beside(base)) {
            return ids
                    ? tokens((prompt, each) ->
                            model.generate(prompt, settings.tokens(), settings.sampler(), OptionalInt.empty(), each))
                    : text(model.generator(), settings);
        }
    }

    private Answer withOnnx(GenerationSettings settings) {
        refuseGiven(
                "; ONNX Runtime runs no adapter, so export the model with lancet export --adapter first", "--adapter");
        refuseGiven("; ONNX Runtime runs on the processor, so leave it out", "--device", "--gpu-memory", "--tf32");
        return EngineOption.run(
                what,
                progress(),
                model -> ids
                        ? tokens((prompt, each) -> model.generate(
                                prompt, settings.tokens(), settings.sampler(), OptionalInt.empty(), each))
                        : text(model.generator(), settings));
    }

    private GenerationSettings settings() {
        try {
            Sampler sampler = new Sampler(temperature, topK, topP, minP, repetitionPenalty, seed);
            return new GenerationSettings(maxTokens, sampler, stops);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Answer text(TextGenerator texts, GenerationSettings settings) {
        try (texts) {
            Generation generation = texts.generate(prompt, settings, TextListener.of(this::show));
            return answer(generation.text(), generation.ids(), generation.tokensPerSecond());
        }
    }

    /** Continues the token ids of a prompt, and reports each new one. */
    private interface Continuing {
        int[] from(int[] prompt, IntConsumer each);
    }

    private Answer tokens(Continuing model) {
        long start = System.nanoTime();
        int[] added = model.from(promptIds(), id -> show(id + " "));
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Integer> list = Arrays.stream(added).boxed().toList();
        return answer(null, list, added.length / seconds);
    }

    private int[] promptIds() {
        List<Integer> all = new ArrayList<>();
        for (String word : prompt.trim().split("[\\s,]+", -1)) {
            try {
                all.add(Integer.valueOf(word));
            } catch (NumberFormatException e) {
                throw wrongUsage(
                        "--prompt: '" + word + "' is not a token id; with --ids, write ids such as \"1" + " 403 407\"");
            }
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private void show(String piece) {
        if (!common.json) {
            console.out().print(PrintableText.lines(piece));
            console.out().flush();
        }
    }

    private static Answer answer(@Nullable String text, List<Integer> ids, double tokensPerSecond) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("text", text);
        document.put("ids", ids);
        document.put("tokens_per_second", finite(tokensPerSecond));
        return new Answer(document, "\n");
    }
}
