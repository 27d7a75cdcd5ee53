package dev.lancet.cli;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Presets;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Dtype;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.checkpoint.Safetensors;
import dev.lancet.runtime.checkpoint.SafetensorsEntry;
import dev.lancet.runtime.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a command is about: a preset by its name, or a model on disk.
 *
 * @param format what it is, for programs
 * @param transformer its declaration
 * @param plan in which form its weights are stored now
 * @param path where it lies, empty for a preset
 * @param stored the type of whatever is not quantised, in its files; it is float32 once it is read
 */
record ModelArgument(String format, Transformer transformer, Plan plan, Optional<Path> path, Dtype stored) {

    /** Help for a parameter that names one. */
    static final String MODEL_OR_PRESET =
            "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, or the name of a preset.";

    /** Help for a parameter that may name a graph, too. */
    static final String ANYTHING =
            "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, a TensorFlow SavedModel"
                    + " folder, a frozen graph .pb, or the name of a preset.";

    /** Help for a parameter that names one with weights, or a graph. */
    static final String MODEL_OR_GRAPH = "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, a TensorFlow"
            + " SavedModel folder, or a frozen graph .pb.";

    /** Help for a parameter that names one with weights. */
    static final String MODEL = "A Hugging Face folder, a Lancet model folder, or a llama2.c .bin.";

    static ModelArgument of(String named) {
        Path path = Path.of(named);
        if (Files.exists(path)) {
            Checkpoint found = Checkpoint.open(path);
            Format format = Format.of(path);
            Dtype stored = format == Format.HUGGING_FACE ? stored(path) : Dtype.F32;
            String name = format.name().toLowerCase(Locale.ROOT);
            return new ModelArgument(name, found.transformer(), found.plan(), Optional.of(path), stored);
        }
        return Presets.find(named)
                .map(preset -> new ModelArgument("preset", preset, Plan.dense(preset), Optional.empty(), Dtype.F32))
                .orElseThrow(() -> new LancetException("model: " + named + "; there is no such file, folder or preset ("
                        + String.join(", ", Presets.names()) + ")"));
    }

    /** The same with its weights in another form. */
    ModelArgument with(Plan other) {
        return new ModelArgument(format, transformer, other, path, stored);
    }

    /** The model with its weights. */
    static Model model(String named, LiveProgress progress) {
        Path path = of(named)
                .path()
                .orElseThrow(() ->
                        new LancetException("model: " + named + "; a preset has no weights, give a folder that has"));
        return Model.open(path).progress(progress);
    }

    /** The one type of all weights in a Hugging Face folder; float32, as which they are read, where there are several. */
    private static Dtype stored(Path folder) {
        Set<Dtype> types = EnumSet.noneOf(Dtype.class);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.safetensors")) {
            for (Path file : files) {
                Safetensors.open(file).tensors().stream()
                        .map(SafetensorsEntry::dtype)
                        .filter(Dtype::weights)
                        .forEach(types::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return types.size() == 1 ? types.iterator().next() : Dtype.F32;
    }

    /** How a matrix is stored, for people and programs. */
    String dtype(Step step) {
        return switch (stored) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> step.precision().toString();
        };
    }

    /** Bytes of a matrix as it is stored. */
    long bytes(Step step) {
        return stored == Dtype.F32 ? step.bytes() : step.parameters() * stored.bits() / Byte.SIZE;
    }

    /** Bytes of the model as it is stored. */
    long bytes() {
        return stored == Dtype.F32 ? plan.bytesAfter() : plan.parametersAfter() * stored.bits() / Byte.SIZE;
    }

    /**
     * A text needs the tokenizer that the model was trained with; bytes in its place would measure nothing.
     *
     * @param instead what could be given instead of a text, or nothing
     */
    static void requireTokenizer(String named, String instead) {
        ModelArgument model = of(named);
        boolean known =
                model.path().flatMap(path -> Checkpoint.open(path).tokenizer()).isPresent();
        if (!known && model.transformer().vocabulary() != Tokenizer.bytes().vocabulary()) {
            throw new LancetException(
                    "tokenizer: " + named + " has none; put a tokenizer.json or tok*.bin beside the model" + instead);
        }
    }

    /** Whether an argument names a script rather than a model. */
    static boolean isScript(String named) {
        return named.endsWith(".kts") || named.endsWith(".java");
    }
}
