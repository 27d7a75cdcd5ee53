package dev.lancet.runtime.translation;

import dev.lancet.dsl.LancetException;
import java.util.List;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** The axes of an input or output of a signature, as ONNX declares them: a number, or a name where any size is allowed. */
final class SignatureAxes {

    private static final List<String> NAMES = List.of("batch", "sequence");

    private SignatureAxes() {}

    /**
     * The axes of a tensor.
     *
     * @throws LancetException if the signature does not say how many axes it has
     */
    static Object[] of(String name, TensorInfo info) {
        TensorShapeProto shape = info.getTensorShape();
        if (shape.getUnknownRank()) {
            throw new LancetException("onnx: the signature does not say how many axes " + name
                    + " has; save the model with a shape for it");
        }
        Object[] axes = new Object[shape.getDimCount()];
        for (int i = 0; i < axes.length; i++) {
            long size = shape.getDim(i).getSize();
            axes[i] = size >= 0 ? (Object) size : i < NAMES.size() ? NAMES.get(i) : "axis" + i;
        }
        return axes;
    }
}
