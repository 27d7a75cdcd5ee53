package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.IoErrors;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.gguf.file.GgufType;
import dev.lancet.runtime.serving.ServingExport;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            "  lancet export my-model --format gguf --out my-model.gguf",
            "  lancet export my-model --format gguf --type q4_0 --out my-model.gguf",
            "  lancet export my-model --format huggingface --fold --out my-model-hf",
            "  lancet export my-model --format savedmodel --out served/my-model/1",
            "  lancet export my-model --adapter tuned/adapter --format onnx --out tuned-onnx",
            "",
            "onnx is a folder for ONNX Runtime and ONNX Runtime GenAI: the graph, its weights in one file, "
                    + "genai_config.json and the tokenizer. 8-bit and symmetric 4-bit layers stay codes, factors and "
                    + "corrections stay apart. nf4 and asymmetric 4-bit layers become float32. A SavedModel or a "
                    + "frozen graph, such as an encoder, becomes the graph with its weights and the tokenizer.",
            "",
            "gguf is one file for llama.cpp, for models of the families LLaMA, Mistral, Qwen2 and Qwen3, with the "
                    + "tokenizer and the chat template. 8-bit layers, and symmetric 4-bit layers with groups that 32 "
                    + "divides, keep their codes (q8_0, q4_0). Factors and corrections are multiplied out.",
            "",
            "huggingface is a folder in float32, for transformers. With --fold, transformers loads it as it is; "
                    + "otherwise layers with two factors keep them, and samples/python/load_factored.py loads them.",
            "",
            "savedmodel is a folder for TensorFlow Serving, with two signatures over token ids: serving_default gives "
                    + "the logits, and generate continues texts with the likeliest tokens. Codes, factors and "
                    + "corrections stay as they are. The tokenizer is in assets.extra.",
            "",
            "Adapters are merged into their layers, as lancet merge does.",
        })
final class ExportCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = ModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    @Option(
            names = "--format",
            required = true,
            paramLabel = "F",
            description = "The format; required: onnx, gguf, huggingface or savedmodel.")
    private String format = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PATH",
            description = "The folder to write, or the file for gguf; required.")
    private Path out = Path.of("");

    @Option(
            names = "--portable",
            description =
                    "For onnx: use only operators of the ONNX standard (version 21), which other runtimes know too."
                            + " Slower: the cache of keys and values is copied for each token.")
    private boolean portable;

    @Option(
            names = "--type",
            paramLabel = "T",
            description =
                    "For gguf: the type of layers that cannot keep their codes: float32, float16, bfloat16, q8_0 or q4_0"
                            + " (default: as they are stored, and float32 for codes that GGUF does not have).")
    private Optional<String> type = Optional.empty();

    @Option(
            names = "--without-tokenizer",
            description = "For gguf: leave the tokenizer out. llama.cpp then takes token ids only.")
    private boolean withoutTokenizer;

    @Option(names = "--fold", description = "For huggingface: multiply the factors of layers out.")
    private boolean fold;

    ExportCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        ExportFormat chosen = chosen();
        ModelArgument model = ModelArgument.of(what);
        model.source();
        IoErrors.requireFree(out);
        if (model.graph().isPresent()) {
            return graph(model.graph().get());
        }
        Checkpoint found = model.checkpoint();
        if (format.equals("onnx") && !found.transformer().continuesText()) {
            return encoder(found);
        }
        chosen.check(found, out);
        if (adapter.folder().isEmpty() && chosen.form(found.plan()).equals(found.plan())) {
            return chosen.write(found, out, List.of());
        }
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-export");
                Model base = model.model(progress());
                Model adapted = adapter.beside(base)) {
            Path changed = scratch.path().resolve("changed");
            Plan form = chosen.form(adapted.plan());
            adapted.compression().write(form, changed);
            return chosen.write(
                    Checkpoint.open(changed),
                    out,
                    form.changedSince(adapted.plan()).stream()
                            .map(Step::weight)
                            .map(weight -> weight.name())
                            .toList());
        }
    }

    /** An encoder goes to ONNX by its graph. */
    private Answer encoder(Checkpoint model) {
        adapter.folder().ifPresent(given -> {
            throw new LancetException("--adapter: " + given + "; an encoder takes no adapter, so leave it out");
        });
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-export")) {
            Path graph = scratch.path().resolve(model.transformer().name());
            ServingExport.of(model, progress()).write(graph);
            return new GraphExportAnswer(ImportedModel.open(graph), portable, progress()).write(out);
        }
    }

    private Answer graph(ImportedModel model) {
        if (!format.equals("onnx")) {
            throw new LancetException(
                    "--format: " + format + "; " + model.name() + " is a graph, for which there is onnx only");
        }
        adapter.folder().ifPresent(given -> {
            throw new LancetException("--adapter: " + given + "; a graph takes no adapter, so leave it out");
        });
        return new GraphExportAnswer(model, portable, progress()).write(out);
    }

    private ExportFormat chosen() {
        Map<String, ExportFormat> formats = new LinkedHashMap<>();
        formats.put("onnx", new OnnxFormat(portable, progress()));
        formats.put("gguf", new GgufFormat(type.map(this::type), !withoutTokenizer, progress()));
        formats.put("huggingface", new HuggingFaceFormat(fold));
        formats.put("savedmodel", new SavedModelFormat(progress()));
        ExportFormat chosen = formats.get(format);
        if (chosen == null) {
            throw wrongUsage("--format: " + format + "; choose one of " + String.join(", ", formats.keySet()));
        }
        formats.forEach((name, other) -> other.options().stream()
                .filter(option -> !chosen.options().contains(option))
                .forEach(option -> refuseGiven("; only --format " + name + " has it, so leave it out", option)));
        return chosen;
    }

    private GgufType type(String name) {
        return GgufType.find(name)
                .orElseThrow(() -> wrongUsage("--type: " + name + "; choose one of " + GgufType.names()));
    }
}
