package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.TextArguments;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.Corpora;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet corpus}: what a training would see of some texts. */
@Command(
        name = "corpus",
        description =
                "Read texts as a training does: documents, repeated ones, tokens, what is held out; and keep the tokens.",
        footer = {
            "",
            "Examples:",
            "  lancet corpus samples/data/fed-minutes.txt --hold-out 0.05",
            "  lancet corpus speeches.tar.gz minutes/ --vocabulary 4096 --hold-out 0.05 --out target/corpora",
            "  lancet corpus news.csv --field headline --tokenizer tokenizer.json --json",
            "",
            "Tokens are bytes unless --tokenizer names a file or --vocabulary says how many are to be learnt from what",
            "is not held out. DIR is of the kind that lancet run keeps beside a report; what lies there is used again.",
        })
final class CorpusCommand extends LancetCommand {

    @Mixin
    private final TextArguments texts = new TextArguments();

    @Option(names = "--tokenizer", paramLabel = "FILE", description = "A tokenizer.json or a tok*.bin.")
    private Optional<String> tokenizer = Optional.empty();

    @Option(names = "--vocabulary", paramLabel = "N", description = "Learn a tokenizer of so many tokens.")
    private Optional<Integer> vocabulary = Optional.empty();

    @Option(
            names = "--hold-out",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share that is held out, say 0.05 (default: nothing).")
    private double holdOut;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Chooses the documents that are held out (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Keep tokens, and a tokenizer that is learnt, in DIR.")
    private Optional<Path> out = Optional.empty();

    CorpusCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        long began = System.nanoTime();
        Corpora corpora = out.map(Corpora::keptIn).orElseGet(Corpora::inMemory).progress(progress());
        TokenText text = corpora.read(corpus(), Path.of(""));
        try (Tokenizer used = text.tokenizer()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            String kept = out.map(folder -> "kept in " + folder + "\n").orElse("");
            return new Answer(document(text, used, seconds), text + "\n" + kept);
        }
    }

    private Corpus corpus() {
        if (tokenizer.isPresent() && vocabulary.isPresent()) {
            throw wrongUsage("--tokenizer and --vocabulary: one is read, the other is learnt; keep one of them");
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
