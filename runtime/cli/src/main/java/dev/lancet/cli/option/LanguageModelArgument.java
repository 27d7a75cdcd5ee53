package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.generate.EngineTrial;
import dev.lancet.runtime.language.TextModel;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A language model that a command names, with the options that say how it runs.
 *
 * @param named the model: what {@link ModelArgument} names, or a folder that {@code lancet export} wrote
 * @param instead the end of the message if the model has no tokenizer; empty if it needs none
 * @param tries whether {@code --engine auto} may try engines to find the faster one
 */
public record LanguageModelArgument(
        LancetCommand command,
        String named,
        EngineOption engine,
        AdapterOption adapter,
        DeviceOptions where,
        Optional<String> instead,
        boolean tries) {

    /** Help for a parameter that names such a model. */
    public static final String MODEL = ModelArgument.MODEL + " Or a folder that lancet export wrote.";

    /** Help for a parameter that names such a model, or a graph. */
    public static final String MODEL_OR_GRAPH =
            ModelArgument.MODEL_OR_GRAPH + " Or, for ONNX Runtime, a folder that lancet export wrote.";

    /** The largest relative distance between the logits of a model and of its export; 4 % was measured for 4 bits. */
    private static final double FARTHEST = 0.1;

    /** A model that needs no tokenizer. */
    public LanguageModelArgument(
            LancetCommand command, String named, EngineOption engine, AdapterOption adapter, DeviceOptions where) {
        this(command, named, engine, adapter, where, Optional.empty(), false);
    }

    /**
     * The same model, which must have its tokenizer.
     *
     * @param other the end of the message if it has none, which says what to give instead of a text; may be empty
     */
    public LanguageModelArgument withTokenizer(String other) {
        return new LanguageModelArgument(command, named, engine, adapter, where, Optional.of(other), tries);
    }

    /** The same model, for which {@code --engine auto} may try engines to find the faster one. */
    public LanguageModelArgument tryingEngines() {
        return new LanguageModelArgument(command, named, engine, adapter, where, instead, true);
    }

    /** Opens the model with the chosen engine, returns what {@code use} returns, and closes it. */
    public <T> T run(Function<TextModel, T> use) {
        boolean exported = OnnxModel.exported(Path.of(named));
        return switch (engine.choice(command)) {
            case ONNX -> withOnnx("", use);
            case TENSORFLOW -> {
                if (exported) {
                    throw command.wrongUsage("--engine: tensorflow cannot run " + named
                            + ", which is an exported folder; name the model that was exported, or choose onnx");
                }
                yield withTensorFlow("", use);
            }
            case AUTO -> exported ? withOnnx("it is an exported folder", use) : automatic(use);
        };
    }

    private <T> T automatic(Function<TextModel, T> use) {
        Optional<Path> export = tries ? OnnxModel.exportIn(Path.of(named)) : Optional.empty();
        if (export.isEmpty()) {
            return withTensorFlow(command.given("--engine") ? "it is no exported folder" : "", use);
        }
        if (adapter.folder().isPresent()) {
            return withTensorFlow("ONNX Runtime runs no adapter", use);
        }
        if (command.given("--device", "--gpu-memory", "--tf32")) {
            return withTensorFlow("ONNX Runtime has no options of the device", use);
        }
        EngineTrial onnx;
        try (OnnxModel model = OnnxModel.open(export.get())) {
            onnx = EngineTrial.of(model);
        } catch (LancetException broken) {
            return withTensorFlow("its export cannot be used (" + broken.getMessage() + ")", use);
        }
        EngineTrial own;
        try (Model model = ModelArgument.of(named).model(command.progress()).on(where.device(command))) {
            own = EngineTrial.of(model.engine());
        }
        double distance = onnx.distance(own);
        if (!(distance < FARTHEST)) {
            return withTensorFlow(
                    String.format(
                            Locale.ROOT,
                            "the logits of %s are another model's: their relative distance is %.2f",
                            export.get(),
                            distance),
                    use);
        }
        boolean faster = onnx.tokensPerSecond() > own.tokensPerSecond();
        String measured = String.format(
                Locale.ROOT,
                "in a trial onnx made %.1f tokens/s and tensorflow %.1f",
                onnx.tokensPerSecond(),
                own.tokensPerSecond());
        return faster ? exported(export.get(), measured, use) : withTensorFlow(measured, use);
    }

    private <T> T withTensorFlow(String because, Function<TextModel, T> use) {
        ModelArgument argument = ModelArgument.of(named);
        instead.ifPresent(argument::requireTokenizer);
        try (Model base = argument.model(command.progress()).on(where.device(command));
                Model model = adapter.beside(base)) {
            tell("tensorflow", because);
            return use.apply(model);
        }
    }

    private <T> T withOnnx(String because, Function<TextModel, T> use) {
        if (adapter.folder().isPresent()) {
            throw command.wrongUsage("--adapter: " + adapter.folder().get()
                    + "; ONNX Runtime runs no adapter, so export the model with lancet export --adapter first");
        }
        command.refuseGiven(
                "; ONNX Runtime runs on the processor, so leave it out", "--device", "--gpu-memory", "--tf32");
        if (OnnxModel.exported(Path.of(named))) {
            return exported(Path.of(named), because, use);
        }
        ModelArgument argument = ModelArgument.of(named);
        argument.source();
        Checkpoint found = argument.checkpoint();
        instead.ifPresent(argument::requireTokenizer);
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-onnx")) {
            Path folder = scratch.path().resolve("model");
            OnnxExport.of(found, false, command.progress()).write(folder);
            return exported(folder, because, use);
        }
    }

    private <T> T exported(Path folder, String because, Function<TextModel, T> use) {
        try (OnnxModel model = OnnxModel.open(folder).progress(command.progress())) {
            tell("onnx", because);
            return use.apply(model);
        }
    }

    /** Says which engine runs the model, if there was a choice and it was left to Lancet. */
    private void tell(String chosen, String because) {
        if (!because.isEmpty()) {
            command.tell("engine: " + chosen + " runs " + named + ", because " + because);
        }
    }
}
