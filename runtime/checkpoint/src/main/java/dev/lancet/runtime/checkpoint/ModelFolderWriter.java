package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.io.AtomicFolder;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.json.LanguageJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes a Lancet model folder, see {@link ModelFolder}. It accepts the arrays one at a time, in any order. {@link
 * #finish} makes the complete folder appear; without it, no folder remains.
 */
public final class ModelFolderWriter implements WeightWriter {

    private static final Map<String, String> METADATA = Map.of("format", "lancet");

    private final AtomicFolder target;
    private final SafetensorsWriter arrays;
    private final Transformer transformer;
    private final Plan plan;
    private final List<Path> tokenizer;
    private final OptionalLong seed;

    private ModelFolderWriter(
            AtomicFolder target,
            SafetensorsWriter arrays,
            Transformer transformer,
            Plan plan,
            List<Path> tokenizer,
            OptionalLong seed) {
        this.target = target;
        this.arrays = arrays;
        this.transformer = transformer;
        this.plan = plan;
        this.tokenizer = tokenizer;
        this.seed = seed;
    }

    /**
     * Begins a model folder.
     *
     * @param folder the folder to write, which must not exist
     * @param plan the arrays of the model
     * @param tokenizer a tokenizer file to copy into the folder, with the chat template and the settings beside it
     * @param seed seed of the training or the fresh weights
     * @throws LancetException if the folder exists or cannot be written, or if the plan is for another model
     */
    public static ModelFolderWriter create(
            Path folder, Transformer transformer, Plan plan, Optional<Path> tokenizer, OptionalLong seed) {
        ModelFolder.requireSameWeights("plan", transformer, plan);
        List<Path> beside = TokenizerFile.files(tokenizer);
        AtomicFolder target = AtomicFolder.create(folder);
        try {
            SafetensorsWriter arrays = SafetensorsWriter.create(target, ModelFolder.ARRAYS, METADATA, plan.arrays());
            return new ModelFolderWriter(target, arrays, transformer, plan, beside, seed);
        } catch (RuntimeException wrong) {
            target.close();
            throw wrong;
        }
    }

    /** Begins a model folder, or continues one that an earlier process began with the same plan; see {@link #arrays}. */
    public static ModelFolderWriter resume(
            AtomicFolder target, Transformer transformer, Plan plan, Optional<Path> tokenizer) {
        ModelFolder.requireSameWeights("plan", transformer, plan);
        List<Path> beside = TokenizerFile.files(tokenizer);
        SafetensorsWriter arrays = SafetensorsWriter.resume(
                target.partial(ModelFolder.ARRAYS), target.shown(ModelFolder.ARRAYS), METADATA, plan.arrays());
        return new ModelFolderWriter(target, arrays, transformer, plan, beside, OptionalLong.empty());
    }

    /** The writer of the arrays. */
    public SafetensorsWriter arrays() {
        return arrays;
    }

    @Override
    public void accept(HostTensor tensor) {
        arrays.accept(tensor);
    }

    @Override
    public void finish() {
        arrays.finish();
        target.text(ModelFolder.PLAN, LanguageJson.pretty(plan) + "\n");
        tokenizer.forEach(target::copy);
        List<String> names = tokenizer.stream()
                .map(file -> String.valueOf(file.getFileName()))
                .toList();
        Map<String, String> hashes = new TreeMap<>();
        Stream.concat(Stream.of(ModelFolder.ARRAYS, ModelFolder.PLAN), names.stream())
                .forEach(name -> hashes.put(name, target.sha256(name)));
        Optional<String> tokenizerName = names.stream().findFirst();
        Manifest manifest = new Manifest(
                ModelFolder.FORMAT, Versions.lancet(), Versions.tensorflow(), transformer, seed, tokenizerName, hashes);
        target.text(ModelFolder.MANIFEST, LanguageJson.pretty(manifest) + "\n");
        target.finish();
    }

    @Override
    public void close() {
        arrays.close();
        target.close();
    }
}
