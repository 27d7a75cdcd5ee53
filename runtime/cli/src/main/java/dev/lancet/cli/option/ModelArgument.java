package dev.lancet.cli.option;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Presets;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The model argument of a command, opened once: a preset by its name, a declared model on disk, or a graph. */
public final class ModelArgument {

    /** Help for a parameter that may name any kind of model. */
    public static final String ANYTHING =
            "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, a TensorFlow SavedModel"
                    + " folder, a frozen graph .pb, or the name of a preset.";

    /** Help for a parameter that names a model with weights, or a graph. */
    public static final String MODEL_OR_GRAPH =
            "A Hugging Face folder, a Lancet model folder, a llama2.c .bin, a TensorFlow"
                    + " SavedModel folder, or a frozen graph .pb.";

    /** Help for a parameter that names a declared model with weights. */
    public static final String MODEL = "A Hugging Face folder, a Lancet model folder, or a llama2.c .bin.";

    private final String named;
    private final Optional<Format> format;
    private final ModelSource source;
    private final Optional<Checkpoint> checkpoint;

    private ModelArgument(String named, Optional<Format> format, ModelSource source, Optional<Checkpoint> checkpoint) {
        this.named = named;
        this.format = format;
        this.source = source;
        this.checkpoint = checkpoint;
    }

    /**
     * Opens the model that an argument names.
     *
     * @throws LancetException if no file, folder or preset has this name, or if the file is damaged
     */
    public static ModelArgument of(String named) {
        Path path = Path.of(named);
        if (Files.exists(path)) {
            Format format = Format.of(path);
            return switch (format) {
                case SAVED_MODEL, FROZEN_GRAPH ->
                    new ModelArgument(
                            named, Optional.of(format), GraphSource.of(ImportedModel.open(path)), Optional.empty());
                case HUGGING_FACE, LANCET, LLAMA2C -> declared(named, Optional.of(format), Checkpoint.open(path));
            };
        }
        return Presets.find(named)
                .map(preset -> declared(
                        named,
                        Optional.empty(),
                        new Checkpoint(
                                preset,
                                Plan.dense(preset),
                                Weights.of(List.of()),
                                Optional.empty(),
                                List.of(),
                                Dtype.F32)))
                .orElseThrow(() -> new LancetException("model: " + named + "; there is no such file, folder or preset ("
                        + String.join(", ", Presets.names()) + ")"));
    }

    private static ModelArgument declared(String named, Optional<Format> format, Checkpoint checkpoint) {
        return new ModelArgument(named, format, DeclaredSource.of(checkpoint), Optional.of(checkpoint));
    }

    /** The same model with its weights in another form. */
    ModelArgument with(Checkpoint other) {
        return declared(named, format, other);
    }

    /** The kind of model, as JSON names it. */
    public String format() {
        return format.map(kind -> kind.name().toLowerCase(Locale.ROOT)).orElse("preset");
    }

    /** Whether the model is a preset, which has no weights. */
    public boolean preset() {
        return format.isEmpty();
    }

    /** The graph, or empty if the model is declared. */
    public Optional<ImportedModel> graph() {
        return source instanceof GraphSource graph ? Optional.of(graph.model()) : Optional.empty();
    }

    /**
     * The model as a source for a compression.
     *
     * @throws LancetException if the model is a preset
     */
    public ModelSource source() {
        if (preset()) {
            throw new LancetException(
                    "model: " + named + " is a preset, which has no weights; name a model" + " with weights");
        }
        return source;
    }

    /** How the weights are stored. */
    public Plan plan() {
        return source.plan();
    }

    /**
     * The declared model.
     *
     * @throws LancetException if the model is a graph
     */
    public Checkpoint checkpoint() {
        return checkpoint.orElseThrow(() -> Checkpoint.holdsGraph(Path.of(named), format.orElseThrow()));
    }

    /** The declared model, ready to run. */
    public Model model(Progress progress) {
        Checkpoint found = checkpoint();
        source();
        return Model.open(found).progress(progress);
    }

    /**
     * Checks that the model has the tokenizer that it was trained with. Without it, a text would become bytes, which
     * the model has never seen.
     *
     * @param instead the end of the message, which says what to give instead of a text; may be empty
     */
    public void requireTokenizer(String instead) {
        Checkpoint found = checkpoint();
        if (found.tokenizer().isEmpty()
                && found.transformer().vocabulary() != Tokenizer.bytes().vocabulary()) {
            throw new LancetException(
                    "tokenizer: " + named + " has none; put a tokenizer.json or tok*.bin beside the model" + instead);
        }
    }

    /** Whether an argument names a script rather than a model. */
    public static boolean isScript(String named) {
        return named.endsWith(".kts") || named.endsWith(".java");
    }
}
