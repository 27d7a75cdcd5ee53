package dev.lancet.runtime.translation;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.Progress;
import dev.lancet.io.WrittenFiles;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.onnx.graph.ExternalWeights;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Signatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a graph of others, such as an encoder that embeds or classifies texts, as a folder for ONNX Runtime: {@code
 * model.onnx}, the graph of {@code serving_default} with its names of inputs and outputs; {@code model.onnx.data}, its
 * arrays; and files for the users of the model. Arrays are written one at a time.
 *
 * <p>ONNX Runtime multiplies with matrices that Lancet stored in symmetric 4-bit codes as they are. Other codes stay codes
 * in the file, and ONNX Runtime decodes them when it loads the file.
 *
 * @param model the graph
 * @param beside files to copy, such as the tokenizer
 * @param portable whether to use only operators of the ONNX standard, version 21
 * @param progress is told how many nodes are written
 */
public record GraphOnnxExport(ImportedModel model, List<Path> beside, boolean portable, Progress progress) {

    /** The file with the graph. */
    public static final String GRAPH = "model.onnx";

    private static final String WEIGHTS = "model.onnx.data";

    public GraphOnnxExport {
        beside = List.copyOf(beside);
    }

    /**
     * What an export wrote.
     *
     * @param files the names of the files
     * @param bytes of all files together
     * @param decoded the names of quantized matrices that are codes in the file, and floats when ONNX Runtime has loaded it
     * @param roundedInputs how many products ONNX Runtime computes from inputs that it rounds to 8 bits, because their
     *     matrices stay codes
     */
    public record Result(List<String> files, long bytes, List<String> decoded, int roundedInputs) {
        public Result {
            files = List.copyOf(files);
            decoded = List.copyOf(decoded);
        }
    }

    /**
     * Writes the folder, which appears complete or not at all.
     *
     * @throws LancetException if the folder exists or cannot be written, or if an operator has no translation
     */
    public Result write(Path folder) {
        String serving = Signatures.serving(model.meta(), model.path().toString());
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            GraphTranslation written = graph(target, serving);
            beside.forEach(target::copy);
            List<String> files = new ArrayList<>(List.of(GRAPH, WEIGHTS));
            beside.forEach(file -> files.add(String.valueOf(file.getFileName())));
            target.finish();
            return new Result(files, WrittenFiles.in(folder).bytes(), written.decoded(), written.productsWithCodes());
        }
    }

    private GraphTranslation graph(AtomicFolder target, String serving) {
        try (ExternalWeights arrays = new ExternalWeights(target, WEIGHTS);
                Progress.Task task =
                        progress.begin("export", model.meta().getGraphDef().getNodeCount())) {
            OnnxGraph graph = new OnnxGraph(model.name(), arrays);
            GraphTranslation translation =
                    new GraphTranslation(model, model.meta().getSignatureDefOrThrow(serving), graph, portable);
            translation.write(done -> task.advance(done, ""));
            target.bytes(
                    GRAPH,
                    graph.model(Versions.lancet(), Map.of("lancet.name", model.name()))
                            .toByteArray());
            return translation;
        }
    }
}
