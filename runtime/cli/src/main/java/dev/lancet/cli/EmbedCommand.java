package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.FieldOption;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.embed.EncoderTexts;
import dev.lancet.runtime.embed.TextEmbedding;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.embed.VectorFile;
import java.nio.file.Path;
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

/** {@code lancet embed}: writes the vectors of texts. */
@Command(
        name = "embed",
        description = {
            "Write the vectors that an encoder gives texts.",
            "The vectors are in the order of the texts. Of a long text, only its first tokens count: as many as"
                    + " sentence_bert_config.json says, or 256."
        },
        footer = {
            "",
            "Examples:",
            "  lancet embed all-MiniLM-L6-v2 --text sentences.txt --out vectors.npy",
            "  lancet embed minilm-int8 --text news.csv --field headline --out v.jsonl",
        })
final class EmbedCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = ModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @Option(
            names = "--text",
            required = true,
            paramLabel = "FILE",
            description = "The texts; required: .csv, .json or .jsonl with a text in each row, or any other name for a"
                    + " text on each line.")
    private Path text = Path.of("");

    @Mixin
    private final FieldOption field = new FieldOption();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write; required: .npy for NumPy, float32 [rows, width], or .jsonl with an object"
                    + " with vector and tokens on each line.")
    private Path out = Path.of("");

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "The tokenizer.json to use (default: the one in the model's folder, or beside a graph).")
    private Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "How many texts run together (default: 32). A run takes memory for each.")
    private int batch;

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    EmbedCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (batch < 1) {
            throw wrongUsage("--batch: " + batch + "; give at least 1");
        }
        VectorFile.requireKnown(out);
        IoErrors.requireFree(out);
        List<String> texts = EncoderTexts.read(text, field.name());
        try (TextEncoder encoder = TextEncoder.open(Path.of(what), tokenizer, where.device(this))) {
            long begin = System.nanoTime();
            List<TextEmbedding> vectors = encoder.encode(texts, batch, progress());
            double seconds = (System.nanoTime() - begin) / 1e9;
            VectorFile.write(out, vectors, encoder.width());
            long tokens = vectors.stream().mapToLong(TextEmbedding::tokens).sum();
            Map<String, @Nullable Object> document = new LinkedHashMap<>();
            document.put("rows", vectors.size());
            document.put("width", encoder.width());
            document.put("tokens", tokens);
            document.put("seconds", finite(seconds));
            document.put("out", out.toString());
            return new Answer(
                    document,
                    String.format(
                            Locale.ROOT,
                            "saved %s: %,d vectors of %d numbers, %,d tokens in %.1f s%n",
                            out,
                            vectors.size(),
                            encoder.width(),
                            tokens,
                            seconds));
        }
    }
}
