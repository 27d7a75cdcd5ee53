package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ExampleOptions;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.cli.option.TextArguments;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.Corpora;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.instruction.InstructionReader;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet corpus}: shows what a training would read from some texts. */
@Command(
        name = "corpus",
        description = {
            "Read texts as a training does, and count their documents and tokens.",
            "Also counts repeated and held-out documents. With --out, saves the tokens for a later training."
        },
        footer = {
            "",
            "Examples:",
            "  lancet corpus samples/data/fed-minutes.txt --hold-out 0.05",
            "  lancet corpus speeches.tar.gz minutes/ --vocabulary 4096 --hold-out 0.05 \\",
            "          --out target/corpora",
            "  lancet corpus news.csv --field headline --tokenizer tokenizer.json --json",
            "  lancet corpus news.csv --model my-model \\",
            "          --template '{headline}\\nSentiment:' --label label",
            "",
            "Tokens are bytes, unless --tokenizer names a tokenizer file or --vocabulary asks for a new "
                    + "tokenizer, which is learnt from the training share. DIR has the format of the folder that lancet "
                    + "run keeps beside its report; tokens and tokenizers that DIR already holds are reused.",
        })
final class CorpusCommand extends LancetCommand {

    private static final int LONGEST = 512;

    @Mixin
    private final TextArguments texts = new TextArguments();

    @Option(names = "--tokenizer", paramLabel = "FILE", description = "A tokenizer.json or a tok*.bin.")
    private Optional<String> tokenizer = Optional.empty();

    @Option(names = "--vocabulary", paramLabel = "N", description = "Learn a tokenizer with a vocabulary of N tokens.")
    private Optional<Integer> vocabulary = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Read the files as examples for this model, prompts with answers, and show one as the model"
                    + " sees it.")
    private Optional<String> model = Optional.empty();

    @Mixin
    private final ExampleOptions wording = new ExampleOptions();

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "With --model: tokens in a sequence (default: the model's context, but at most 512).")
    private Optional<Integer> sequence = Optional.empty();

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --model: the number of the example to show (default: ${DEFAULT-VALUE}).")
    private int show;

    @Option(
            names = "--hold-out",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of the text to hold out for validation, for example 0.05 (default: nothing).")
    private double holdOut;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed for choosing the held-out documents (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Save the tokens, and the tokenizer if one is" + " learnt, in DIR.")
    private Optional<Path> out = Optional.empty();

    CorpusCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (model.isPresent()) {
            return examples(model.get());
        }
        wording.mustBeUnsaid(this, "name their model with --model");
        long began = System.nanoTime();
        Corpora corpora = out.map(Corpora::keptIn).orElseGet(Corpora::inMemory).progress(progress());
        TokenText text = corpora.read(corpus(), Path.of(""));
        try (Tokenizer used = text.tokenizer()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            String kept = out.map(folder -> "kept in " + folder + "\n").orElse("");
            return new Answer(document(text, used, seconds), text + "\n" + kept);
        }
    }

    private Answer examples(String named) {
        if (tokenizer.isPresent() || vocabulary.isPresent() || out.isPresent()) {
            throw wrongUsage(
                    "--model: examples are read with the tokenizer of the model, and nothing is saved; leave out"
                            + " --tokenizer, --vocabulary and --out");
        }
        Instructions instructions = texts.examples(this, wording);
        try {
            instructions = instructions.holdOut(holdOut, seed);
        } catch (IllegalArgumentException wrong) {
            throw wrongUsage(String.valueOf(wrong.getMessage()));
        }
        int[] count = {0};
        List<InstructionReader.Shown> found = new ArrayList<>();
        try (Model opened = ModelArgument.of(named).model(progress())) {
            int places = sequence.orElse(Math.min(opened.transformer().context(), LONGEST));
            InstructionText text = opened.examples(instructions, places, shown -> {
                if (++count[0] == show) {
                    found.add(shown);
                }
            });
            if (found.isEmpty()) {
                throw wrongUsage("--show: " + show + "; there are examples 1 to " + count[0]);
            }
            return new Answer(
                    ExamplesDocument.of(text, show, found.get(0)), ExamplesDocument.text(text, show, found.get(0)));
        }
    }

    private Corpus corpus() {
        if (tokenizer.isPresent() && vocabulary.isPresent()) {
            throw wrongUsage("--tokenizer and --vocabulary: the first reads a tokenizer, the second learns one;"
                    + " give only one");
        }
        try {
            Corpus corpus = texts.corpus().holdOut(holdOut, seed);
            corpus = tokenizer.map(corpus::tokenizer).orElse(corpus);
            return vocabulary.map(corpus::bpe).orElse(corpus);
        } catch (IllegalArgumentException wrong) {
            throw wrongUsage(String.valueOf(wrong.getMessage()));
        }
    }

    private static Map<String, @Nullable Object> document(TokenText text, Tokenizer tokenizer, double seconds) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("documents", text.counts().documents());
        document.put("repeated_documents", text.counts().repeated());
        document.put("held_out_documents", text.counts().heldOut());
        document.put("tokens", text.training().size());
        document.put("held_out_tokens", text.heldOut().size());
        document.put("tokenizer", tokenizer.source().map(Path::toString).orElse(tokenizer.name()));
        document.put("vocabulary", tokenizer.vocabulary());
        document.put("fingerprint", text.fingerprint());
        document.put("seconds", seconds);
        return document;
    }
}
