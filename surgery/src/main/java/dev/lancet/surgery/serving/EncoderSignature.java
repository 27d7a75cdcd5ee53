package dev.lancet.surgery.serving;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.EncoderGraph;
import dev.lancet.surgery.graph.Attributes;
import java.util.Arrays;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** The inputs and outputs of {@link EncoderGraph} as a signature. */
public final class EncoderSignature {

    private EncoderSignature() {}

    /** The inputs, what the head gives, and the vectors of the tokens. */
    public static SignatureDef of(Transformer model) {
        return ofHead(model).toBuilder()
                .putOutputs(EncoderGraph.HIDDEN, tensor(EncoderGraph.HIDDEN, DataType.DT_FLOAT, -1, -1, model.width()))
                .build();
    }

    /** The inputs and what the head gives. */
    public static SignatureDef ofHead(Transformer model) {
        SignatureDef.Builder signature = SignatureDef.newBuilder();
        EncoderGraph.inputs(model).forEach(name -> signature.putInputs(name, tensor(name, DataType.DT_INT32, -1, -1)));
        String output = EncoderGraph.output(model);
        return signature.putOutputs(output, head(model, output)).build();
    }

    private static TensorInfo head(Transformer model, String name) {
        if (model.head() instanceof Head.Classes classes) {
            return tensor(name, DataType.DT_FLOAT, -1, classes.count());
        }
        return model.head() instanceof Head.TextVector
                ? tensor(name, DataType.DT_FLOAT, -1, model.width())
                : tensor(name, DataType.DT_FLOAT, -1, -1, model.vocabulary());
    }

    private static TensorInfo tensor(String name, DataType type, long... dims) {
        return TensorInfo.newBuilder()
                .setName(name + ":0")
                .setDtype(type)
                .setTensorShape(Attributes.shape(Arrays.stream(dims).boxed().toList()))
                .build();
    }
}
