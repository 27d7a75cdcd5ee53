package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.io.SafeFileName;
import dev.lancet.io.Sha256;
import dev.lancet.io.Verification;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import dev.lancet.runtime.json.ConfigJson;
import dev.lancet.runtime.json.LanguageJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Lancet's own model folder: {@code model.safetensors} holds exactly the arrays of the plan, {@code plan.json} the
 * plan, and {@code lancet.json} the manifest. The folder may also have a tokenizer file.
 *
 * @param folder the path of the folder
 * @param manifest the content of {@code lancet.json}
 * @param checkpoint the model, whose arrays are read on demand
 */
public record ModelFolder(Path folder, Manifest manifest, Checkpoint checkpoint) {

    /** The version of the folder's layout that this class writes and reads. */
    public static final int FORMAT = 1;

    static final String MANIFEST = "lancet.json";
    static final String PLAN = "plan.json";
    static final String ARRAYS = "model.safetensors";

    /**
     * Writes a model.
     *
     * @param folder the folder to write, which must not exist; it appears complete or not at all
     * @param plan the arrays of the model
     * @param weights holds these arrays; additional arrays are ignored
     * @param tokenizer a tokenizer file to copy into the folder, with the chat template and the settings beside it
     * @param seed seed of the training or the fresh weights
     * @throws LancetException if the folder exists or cannot be written, or if an array is missing or does not fit
     */
    public static void save(
            Path folder,
            Transformer transformer,
            Plan plan,
            Weights weights,
            Optional<Path> tokenizer,
            OptionalLong seed) {
        weights.require(plan);
        try (ModelFolderWriter writer = ModelFolderWriter.create(folder, transformer, plan, tokenizer, seed)) {
            plan.arrays().forEach(array -> writer.accept(weights.read(array.name())));
            writer.finish();
        }
    }

    /**
     * Opens a model and checks that its files fit together. The plan and the tokenizer are compared with their hashes now,
     * the arrays with their checksums when they are read, see {@link Verification}.
     *
     * @throws LancetException if a file is missing or damaged, or belongs to a later version of Lancet or to another
     * model
     */
    public static ModelFolder open(Path folder) {
        Path manifestFile = PlainFile.inside(folder, MANIFEST);
        int format = ConfigJson.read(manifestFile).requiredInteger("format");
        if (format != FORMAT) {
            throw new LancetException(manifestFile + ": has format " + format + ", but this version of Lancet"
                    + " reads format "
                    + FORMAT + "; use the version that wrote it");
        }
        Manifest manifest = LanguageJson.read(manifestFile, Manifest.class);
        Plan plan = LanguageJson.read(PlainFile.inside(folder, PLAN), Plan.class);
        requireSameWeights(folder.resolve(PLAN).toString(), manifest.transformer(), plan);
        Safetensors arrays = Safetensors.open(PlainFile.inside(folder, ARRAYS));
        requireArrays(plan, arrays);
        Optional<Path> tokenizer = manifest.tokenizer().map(name -> beside(folder, name));
        if (Verification.wanted()) {
            manifest.sha256().keySet().stream()
                    .filter(name -> !name.equals(ARRAYS))
                    .forEach(name -> verify(folder, manifest, name));
        }
        // Arrays with checksums of their own are verified one at a time.
        Runnable whole = arrays.verification().possible()
                        || !Verification.wanted()
                        || !manifest.sha256().containsKey(ARRAYS)
                ? () -> {}
                : () -> verify(folder, manifest, ARRAYS);
        Weights weights = new PlannedWeights(plan, arrays, whole);
        return new ModelFolder(
                folder,
                manifest,
                new Checkpoint(manifest.transformer(), plan, weights, tokenizer, List.of(), Dtype.F32));
    }

    /**
     * Compares every file with its hash in the manifest.
     *
     * @throws LancetException naming the first file that has changed
     */
    public void verify() {
        manifest.sha256().keySet().stream().sorted().forEach(name -> verify(folder, manifest, name));
    }

    private static void verify(Path folder, Manifest manifest, String name) {
        Path file = beside(folder, name);
        String wanted = manifest.sha256().get(name);
        try {
            String found = Sha256.of(file);
            if (!found.equals(wanted)) {
                throw new LancetException(file + ": has the SHA-256 " + found + ", but " + MANIFEST + " says " + wanted
                        + "; the file has changed since it was saved, so save the model again");
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    private static Path beside(Path folder, String name) {
        if (!SafeFileName.is(name)) {
            throw new LancetException(folder.resolve(MANIFEST) + ": file '" + name
                    + "' is not a plain file name; write the name" + " of a file beside the manifest");
        }
        Path file = PlainFile.inside(folder, name);
        if (!Files.exists(file)) {
            throw new LancetException(
                    folder.resolve(MANIFEST) + ": file '" + name + "' is not in the folder; copy it there");
        }
        return file;
    }

    static void requireSameWeights(String where, Transformer transformer, Plan plan) {
        if (!plan.sameWeights(Plan.dense(transformer))) {
            throw new LancetException(where + ": does not fit the weights of " + transformer.name()
                    + "; use the plan and the weights of the same model");
        }
    }

    private static void requireArrays(Plan plan, Safetensors arrays) {
        Map<String, ArraySpec> wanted =
                plan.arrays().stream().collect(Collectors.toMap(ArraySpec::name, array -> array, (a, b) -> a));
        for (SafetensorsEntry tensor : arrays.tensors()) {
            ArraySpec array = wanted.remove(tensor.name());
            if (array == null) {
                throw new LancetException(arrays.file() + ": tensor '" + tensor.name() + "' is not in " + PLAN
                        + "; use files of the same model");
            }
            SafetensorsEntry planned = new SafetensorsEntry(
                    array.name(),
                    Dtype.of(array.type()),
                    array.shape().stream().map(Integer::longValue).toList(),
                    tensor.offset(),
                    tensor.bytes());
            if (!planned.equals(tensor)) {
                throw new LancetException(arrays.file() + ": tensor " + tensor + " is " + planned.dtype() + " "
                        + planned.shape() + " in " + PLAN + "; use files of the same model");
            }
        }
        wanted.keySet().stream().sorted().findFirst().ifPresent(arrays::tensor);
    }
}
