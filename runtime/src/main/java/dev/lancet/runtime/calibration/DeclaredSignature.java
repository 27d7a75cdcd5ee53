package dev.lancet.runtime.calibration;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.serving.EncoderSignature;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** What a declared model takes and gives when it runs as a whole. */
final class DeclaredSignature {

    private DeclaredSignature() {}

    /**
     * The signature. The vectors of tokens are an output only where nothing else tells texts apart: they mean nothing where a
     * row is filled up.
     */
    static SignatureDef of(Transformer transformer) {
        if (transformer.continuesText()) {
            return SignatureDef.newBuilder()
                    .putInputs(RunningModel.IDS, tensor(RunningModel.IDS, DataType.DT_INT32))
                    .putOutputs(RunningModel.LOGITS, tensor(RunningModel.LOGITS, DataType.DT_FLOAT))
                    .build();
        }
        return transformer.head() instanceof Head.MaskedToken
                ? EncoderSignature.of(transformer)
                : EncoderSignature.ofHead(transformer);
    }

    private static TensorInfo tensor(String name, DataType type) {
        return TensorInfo.newBuilder().setName(name + ":0").setDtype(type).build();
    }
}
