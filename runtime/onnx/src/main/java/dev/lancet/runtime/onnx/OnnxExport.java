package dev.lancet.runtime.onnx;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.Progress;
import dev.lancet.io.WrittenFiles;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.TokenizerFile;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.runtime.onnx.graph.ExternalWeights;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.layer.DecoderLayers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import onnx.Onnx.ModelProto;

/**
 * Writes a decoder as a folder for ONNX Runtime: {@code model.onnx}, the graph; {@code model.onnx.data}, its arrays; {@code
 * genai_config.json} for ONNX Runtime GenAI; the tokenizer with its settings. Arrays are written one at a time.
 *
 * <p>int8 and symmetric int4 stay codes, bfloat16 stays 16 bits, factors and corrections stay apart. ONNX Runtime computes
 * with nf4 only slowly, and with zero points wrongly on some processors, so matrices in these forms become float32; {@link
 * Result#unpacked} names them.
 *
 * @param transformer the architecture
 * @param plan how its weights are stored, without adapters
 * @param weights the stored arrays
 * @param tokenizer the tokenizer file, which is copied
 * @param portable whether to use only operators of the ONNX standard, version 21, and none of ONNX Runtime's own
 * @param progress is told how many blocks are written
 */
public record OnnxExport(
        Transformer transformer,
        Plan plan,
        Weights weights,
        Optional<Path> tokenizer,
        boolean portable,
        Progress progress) {

    /** The export of an opened model. */
    public static OnnxExport of(Checkpoint model, boolean portable, Progress progress) {
        return new OnnxExport(
                model.transformer(), model.plan(), model.weights(), model.tokenizer(), portable, progress);
    }

    /**
     * What an export wrote.
     *
     * @param files the names of the files
     * @param bytes of all files together
     * @param unpacked the names of quantized matrices that became float32
     * @param roundedInputs how many products ONNX Runtime computes from inputs that it rounds to 8 bits, because their
     *     matrices stay codes
     */
    public record Result(List<String> files, long bytes, List<String> unpacked, int roundedInputs) {
        public Result {
            files = List.copyOf(files);
            unpacked = List.copyOf(unpacked);
        }
    }

    /**
     * Writes the folder, which appears complete or not at all.
     *
     * @throws LancetException if the folder exists or cannot be written, if an array is missing, or if the model has adapters
     */
    public Result write(Path folder) {
        if (plan.adapted()) {
            throw new LancetException("export: " + transformer.name()
                    + " has adapters, which have no place in the graph; merge them into their matrices first");
        }
        check(transformer);
        weights.require(plan);
        List<Path> beside = TokenizerFile.forGeneration(tokenizer);
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            DecoderLayers written = graph(target);
            target.text(GenAiConfig.FILE, LanguageJson.pretty(GenAiConfig.of(transformer, portable, tokenizer)) + "\n");
            beside.forEach(target::copy);
            List<String> files = new ArrayList<>(List.of(OnnxFiles.GRAPH, OnnxFiles.WEIGHTS, GenAiConfig.FILE));
            beside.forEach(file -> files.add(String.valueOf(file.getFileName())));
            target.finish();
            return new Result(files, WrittenFiles.in(folder).bytes(), written.unpacked(), written.productsWithCodes());
        }
    }

    /**
     * Checks that a graph can have all parts of a model. No array is read.
     *
     * @throws LancetException naming the part that it cannot have
     */
    public static void check(Transformer transformer) {
        DecoderLayers.check(transformer);
    }

    private DecoderLayers graph(AtomicFolder target) {
        try (ExternalWeights arrays = new ExternalWeights(target, OnnxFiles.WEIGHTS);
                Progress.Task task = progress.begin("export", transformer.layers())) {
            OnnxGraph graph = new OnnxGraph(transformer.name(), arrays);
            DecoderLayers layers = new DecoderLayers(graph, transformer, plan, weights, portable);
            layers.write(blocks -> task.advance(blocks, ""));
            ModelProto model = graph.model(Versions.lancet(), metadata());
            target.bytes(OnnxFiles.GRAPH, model.toByteArray());
            return layers;
        }
    }

    private Map<String, String> metadata() {
        boolean grows = DecoderLayers.cacheGrows(transformer, portable);
        return new TreeMap<>(Map.of(
                OnnxFiles.NAME, transformer.name(),
                OnnxFiles.CONTEXT, Integer.toString(transformer.context()),
                OnnxFiles.CACHE, grows ? OnnxFiles.GROWING : OnnxFiles.IN_PLACE));
    }
}
