package dev.lancet.tests.onnx;

import dev.lancet.dsl.Compression;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;

/** Models in ONNX Runtime, and how far their logits are from others. */
final class Exported {

    static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private Exported() {}

    /** Exports a model. */
    static OnnxExport.Result export(Model model, boolean portable, Path folder) {
        return new OnnxExport(
                        model.transformer(),
                        model.plan(),
                        model.weights(),
                        Optional.empty(),
                        portable,
                        Progress.silent())
                .write(folder);
    }

    /** Makes ONNX Runtime keep the inputs of products with codes in float32: the export asks for 8 bits, which are faster. */
    static void keepInputs(Path folder) {
        Path file = folder.resolve("model.onnx");
        try {
            ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
            for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
                for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
                    if (attribute.getName().equals("accuracy_level")) {
                        attribute.setI(1);
                    }
                }
            }
            Files.write(file, model.build().toByteArray());
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    static Model compressed(Path folder, Compression compression) {
        try (Model model = Model.open(folder)) {
            return model.compress(compression);
        }
    }

    /** The logits at every position of a row: a prompt of {@code prompt} tokens, then one token at a time. */
    static float[][] logits(Path folder, int[] row, int prompt) {
        float[][] logits = new float[row.length - prompt + 1][];
        try (OnnxModel model = OnnxModel.open(folder);
                DecodingSession text = model.openSession()) {
            logits[0] = text.read(Arrays.copyOf(row, prompt));
            for (int i = prompt; i < row.length; i++) {
                logits[i - prompt + 1] = text.read(row[i]);
            }
        }
        return logits;
    }

    /** {@code ‖a − b‖ / ‖b‖} over the last rows of {@code b}, {@code [rows, vocabulary]}. */
    static double distance(float[][] a, float[] b) {
        int vocabulary = a[0].length;
        int first = b.length / vocabulary - a.length;
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < vocabulary; j++) {
                double exact = b[(first + i) * vocabulary + j];
                difference += (a[i][j] - exact) * (a[i][j] - exact);
                size += exact * exact;
            }
        }
        return Math.sqrt(difference / size);
    }
}
