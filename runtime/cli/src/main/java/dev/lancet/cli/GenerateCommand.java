package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.DraftOption;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.LanguageModelArgument;
import dev.lancet.dsl.PrintableText;
import dev.lancet.runtime.generate.DraftStatistics;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TextListener;
import dev.lancet.runtime.generate.TokenGenerator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
            "  lancet generate my-model --draft my-model-int4 --prompt \"The Committee\"",
            "  lancet generate my-model --ids --prompt \"1 403 407\" --json",
        })
final class GenerateCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = LanguageModelArgument.MODEL)
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
    private final DraftOption draft = new DraftOption();

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
        return new LanguageModelArgument(this, what, engine, adapter, where)
                .tryingEngines()
                .run(model -> draft.run(
                        this, model, engine, where, texts -> ids ? tokens(texts, settings) : text(texts, settings)));
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
        Generation generation = texts.generate(prompt, settings, TextListener.of(this::show));
        return answer(generation.text(), generation.ids(), generation.tokensPerSecond(), generation.draft());
    }

    private Answer tokens(TextGenerator texts, GenerationSettings settings) {
        int[] from = promptIds();
        long start = System.nanoTime();
        TokenGenerator.Tokens added = texts.generate(from, settings.tokens(), settings.sampler(), id -> {
            show(id + " ");
            return true;
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        return answer(null, added.ids(), added.ids().size() / seconds, added.draft());
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

    private Answer answer(
            @Nullable String text, List<Integer> ids, double tokensPerSecond, Optional<DraftStatistics> drafted) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("text", text);
        document.put("ids", ids);
        document.put("tokens_per_second", finite(tokensPerSecond));
        drafted.ifPresent(use -> {
            document.put("draft_proposed", use.proposed());
            document.put("draft_accepted", use.accepted());
            document.put("draft_share", finite(use.share()));
            tell(String.format(
                    Locale.ROOT,
                    "%ndraft: %,d of %,d proposed tokens accepted; %.1f tokens/s",
                    use.accepted(),
                    use.proposed(),
                    tokensPerSecond));
        });
        return new Answer(document, "\n");
    }
}
