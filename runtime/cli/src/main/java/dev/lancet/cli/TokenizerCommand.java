package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.TextArguments;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.text.LearntTokenizer;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.TokenizerTraining;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lancet tokenizer}: learns a byte-pair tokenizer from texts. */
@Command(
        name = "tokenizer",
        description = {
            "Learn a byte-level tokenizer (byte-pair encoding, as in GPT-2) from texts.",
            "Writes a tokenizer.json, and prints how many tokens it has and how many bytes an average token stands for."
        },
        footer = {
            "",
            "Examples:",
            "  lancet tokenizer samples/data/fed-minutes.txt --vocabulary 1024 \\",
            "          --out target/tokenizer.json",
            "  lancet tokenizer speeches.tar.gz minutes.jsonl --vocabulary 4096 \\",
            "          --out fed/tokenizer.json --json",
            "",
            "Hugging Face's tokenizers library reads FILE and gives the same ids. The same texts give the same "
                    + "file on every machine. The vocabulary contains all bytes, so the tokenizer can encode any text. "
                    + "<|endoftext|> has the id 0.",
        })
final class TokenizerCommand extends LancetCommand {

    @Mixin
    private final TextArguments texts = new TextArguments();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The tokenizer.json to write;" + " required.")
    private Path out = Path.of("");

    @Option(
            names = "--vocabulary",
            required = true,
            paramLabel = "N",
            description = "How many tokens, at least 256 plus the special ones; required. 4096 suits small models.")
    private int vocabulary;

    @Option(
            names = "--minimum-frequency",
            paramLabel = "N",
            defaultValue = "2",
            description = "How often a pair must occur to become a token (default: ${DEFAULT-VALUE}).")
    private int minimumFrequency;

    @Option(
            names = "--special",
            paramLabel = "NAME",
            defaultValue = TokenizerTraining.END_OF_TEXT,
            description = "A special token, recognized by its name in a text. Repeatable (default: ${DEFAULT-VALUE}).")
    private List<String> special = List.of();

    TokenizerCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (!String.valueOf(out.getFileName()).endsWith(".json")) {
            throw wrongUsage("--out: " + out + " is not recognizable as a tokenizer file; choose a name that"
                    + " ends in .json");
        }
        IoErrors.requireFree(out);
        long began = System.nanoTime();
        TokenizerTraining training = training();
        TokenText.Counts counts = training.add(texts.documents(), texts.toString(), progress());
        LearntTokenizer learnt = training.learn(progress());
        learnt.save(out).close();
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Answer(document(learnt, counts, seconds), text(learnt, counts, seconds));
    }

    private TokenizerTraining training() {
        int least = 256 + special.size();
        if (vocabulary < least) {
            throw wrongUsage("--vocabulary: " + vocabulary + " is too small: bytes and special tokens alone are "
                    + least + "; choose more, for example 4096");
        }
        try {
            return TokenizerTraining.bytePairs(vocabulary).special(special).minimumFrequency(minimumFrequency);
        } catch (IllegalArgumentException wrong) {
            throw wrongUsage(String.valueOf(wrong.getMessage()));
        }
    }

    private Map<String, @Nullable Object> document(LearntTokenizer learnt, TokenText.Counts counts, double seconds) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("out", out.toString());
        document.put("vocabulary", learnt.vocabulary());
        document.put("merges", learnt.merges());
        document.put("documents", counts.documents());
        document.put("repeated_documents", counts.repeated());
        document.put("bytes", learnt.bytes());
        document.put("words", learnt.words());
        document.put("different_words", learnt.differentWords());
        document.put("tokens", learnt.tokens());
        document.put("bytes_per_token", (double) learnt.bytes() / learnt.tokens());
        document.put("seconds", seconds);
        return document;
    }

    private String text(LearntTokenizer learnt, TokenText.Counts counts, double seconds) {
        String fewer = learnt.vocabulary() < vocabulary
                ? " of " + vocabulary + " (no other pair occurs " + minimumFrequency + " times)"
                : "";
        return String.format(
                Locale.ROOT,
                "%,d tokens%s learnt from %,d documents%s, %,d bytes, in %.1f s; a token is %.2f bytes of them%n"
                        + "wrote %s%n",
                learnt.vocabulary(),
                fewer,
                counts.documents(),
                counts.repeated() == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%,d repeated ones left out)", counts.repeated()),
                learnt.bytes(),
                seconds,
                (double) learnt.bytes() / learnt.tokens(),
                out);
    }
}
