package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.io.IoErrors;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet export}: writes a model for another runtime. */
@Command(
        name = "export",
        description = {
            "Write a model for another runtime.",
            "Prints the files, their bytes, and which layers could not keep their form."
        },
        footer = {
            "",
            "Examples:",
            "  lancet export my-model --format onnx --out my-model-onnx",
            "  lancet export my-model --format onnx --portable --out my-model-onnx",
            "  lancet export my-model --adapter tuned/adapter --format onnx --out tuned-onnx",
            "",
            "onnx is a folder for ONNX Runtime and ONNX Runtime GenAI: the graph, its weights in one file, "
                    + "genai_config.json and the tokenizer. 8-bit and symmetric 4-bit layers stay codes, factors and "
                    + "corrections stay apart. nf4 and asymmetric 4-bit layers become float32. Adapters are merged "
                    + "into their layers, as lancet merge does.",
        })
final class ExportCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = ModelArgument.MODEL)
    private String what = "";

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    @Option(names = "--format", required = true, paramLabel = "onnx", description = "The format; required: onnx.")
    private String format = "";

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write; required.")
    private Path out = Path.of("");

    @Option(
            names = "--portable",
            description = "Use only operators of the ONNX standard (version 21), which other runtimes know too. Slower:"
                    + " the cache of keys and values is copied for each token.")
    private boolean portable;

    ExportCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (!format.equals("onnx")) {
            throw wrongUsage("--format: " + format + "; choose onnx");
        }
        ModelArgument model = ModelArgument.of(what);
        model.source();
        IoErrors.requireFree(out);
        if (adapter.folder().isEmpty() && !model.checkpoint().plan().adapted()) {
            return answer(export(model.checkpoint()));
        }
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-export");
                Model base = model.model(progress());
                Model adapted = adapter.beside(base)) {
            Path merged = scratch.path().resolve("merged");
            adapted.compression().write(adapted.plan().merged(), merged);
            return answer(export(Checkpoint.open(merged)));
        }
    }

    private OnnxExport.Result export(Checkpoint model) {
        return OnnxExport.of(model, portable, progress()).write(out);
    }

    private Answer answer(OnnxExport.Result written) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("files", written.files());
        document.put("bytes", written.bytes());
        document.put("unpacked", written.unpacked());
        document.put("rounded_inputs", written.roundedInputs());
        document.put("out", out.toString());
        String unpacked = written.unpacked().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%d matrices became float32, because ONNX Runtime has no good product for their codes: %s%n",
                        written.unpacked().size(),
                        String.join(", ", written.unpacked()));
        return new Answer(
                document,
                unpacked
                        + String.format(Locale.ROOT, "saved %s: %,d bytes%n", out, written.bytes())
                        + quality(written));
    }

    private static String quality(OnnxExport.Result written) {
        return written.roundedInputs() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "quality: unknown; the codes are the same, but ONNX Runtime rounds the inputs of %d products to 8 bits%n",
                        written.roundedInputs());
    }
}
