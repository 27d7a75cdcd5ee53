package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.DraftOption;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.LanguageModelArgument;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.onnx.OnnxModel;
import dev.lancet.runtime.serve.ModelServer;
import dev.lancet.runtime.serve.ServedModel;
import dev.lancet.runtime.serve.ServerLimits;
import dev.lancet.runtime.serve.ServerSettings;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet serve}: answers over HTTP with a model. */
@Command(
        name = "serve",
        description = {
            "Answer over HTTP with a model, in the protocol of OpenAI.",
            "A language model has /v1/chat/completions and /v1/completions; an encoder (a SavedModel) has /v1/embeddings."
                    + " All have /v1/models and /health. Ctrl-C stops the server."
        },
        footer = {
            "",
            "Examples:",
            "  lancet serve my-model",
            "  lancet serve my-model --port 9000 --queue 200 --time 60",
            "  lancet serve my-model-onnx",
            "  lancet serve minilm-small --tokenizer tokenizer.json --name minilm",
            "  LANCET_API_KEY=secret lancet serve my-model --host 0.0.0.0",
        })
final class ServeCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = LanguageModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    @Option(
            names = "--host",
            paramLabel = "H",
            defaultValue = "127.0.0.1",
            description = "The address to listen at (default: ${DEFAULT-VALUE}, which only this machine reaches).")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "The port to listen at; 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of the model in requests (default: the name of its file or folder).")
    private @Nullable String name;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "The tokenizer.json of an encoder (default: the one in its folder or beside it).")
    private @Nullable Path tokenizer;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:LANCET_API_KEY}",
            description = "Take only requests with Authorization: Bearer KEY. Others may see a key on the command line:"
                    + " the environment variable LANCET_API_KEY is safer.")
    private @Nullable String apiKey;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "64",
            description = "The most requests that wait; further ones get status 429 (default: ${DEFAULT-VALUE}).")
    private int queue;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            defaultValue = "1048576",
            description = "The most bytes of a request; longer ones get status 413 (default: ${DEFAULT-VALUE}).")
    private int maxBody;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "The most time for a request, with its wait; a text ends there (default: ${DEFAULT-VALUE}).")
    private long time;

    @Mixin
    private final DraftOption draft = new DraftOption();

    @Mixin
    private final EngineOption engine = new EngineOption();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    ServeCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        ServerSettings settings = settings();
        if (OnnxModel.exported(Path.of(what))) {
            return language(settings);
        }
        ModelArgument model = ModelArgument.of(what);
        if (model.graph().isPresent()) {
            return encoder(model.graph().get(), settings);
        }
        return model.source() instanceof DeclaredSource declared
                        && !declared.transformer().continuesText()
                ? encoder(declared, settings)
                : language(settings);
    }

    private ServerSettings settings() {
        try {
            ServerLimits limits = new ServerLimits(maxBody, queue, Duration.ofSeconds(time));
            return new ServerSettings(host, port, Optional.ofNullable(apiKey), limits);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Answer language(ServerSettings settings) {
        if (tokenizer != null) {
            throw wrongUsage("--tokenizer: " + tokenizer + " is only for encoders; put it beside the model");
        }
        return new LanguageModelArgument(this, what, engine, adapter, where)
                .withTokenizer("")
                .tryingEngines()
                .run(model -> draft.run(this, model, engine, where, texts -> {
                    try (ServedModel served = ServedModel.of(name(), texts)) {
                        return serve(served, settings);
                    }
                }));
    }

    private Answer encoder(ImportedModel graph, ServerSettings settings) {
        return encoder(() -> TextEncoder.of(graph, Optional.ofNullable(tokenizer), where.device(this)), settings);
    }

    private Answer encoder(DeclaredSource model, ServerSettings settings) {
        DeclaredSource source = tokenizer == null ? model : model.with(tokenizer);
        return encoder(() -> TextEncoder.of(source, where.device(this)), settings);
    }

    private Answer encoder(Supplier<TextEncoder> opening, ServerSettings settings) {
        engine.refuseForGraph(this);
        refuseGiven("; an encoder takes no adapter, so leave it out", "--adapter");
        refuseGiven("; an encoder generates no text, so leave it out", "--draft", "--draft-tokens");
        try (TextEncoder encoder = opening.get();
                ServedModel served = ServedModel.of(name(), encoder)) {
            return serve(served, settings);
        }
    }

    private Answer serve(ServedModel served, ServerSettings settings) {
        try (ModelServer server = ModelServer.start(settings, served, console.err()::println)) {
            Map<String, @Nullable Object> document = new LinkedHashMap<>();
            document.put("model", served.name());
            document.put("url", server.url());
            tell("serving " + served.name() + " at " + server.url() + "; Ctrl-C stops");
            console.interruption().await();
            return new Answer(document, "");
        }
    }

    private String name() {
        return name != null
                ? name
                : String.valueOf(Path.of(what).toAbsolutePath().normalize().getFileName());
    }
}
