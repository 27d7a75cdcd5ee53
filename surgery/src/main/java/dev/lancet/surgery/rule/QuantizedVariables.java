package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * The variables of a quantised matrix. Signed codes are stored in an unsigned variable too, because TensorFlow Java has no
 * signed bytes; the graph reinterprets the bits.
 *
 * @param codes the codes of the weights
 * @param scales the scales, or their codes
 * @param shared the step and the mean of the scales if these are codes, otherwise empty
 * @param zeros the zero points if there are any, otherwise empty
 */
record QuantizedVariables(Value codes, Value scales, List<Value> shared, List<Value> zeros) {

    static QuantizedVariables of(StoredMatrix matrix, GraphBuilder builder) {
        List<Value> all = matrix.arrays().stream()
                .map(array -> variable(
                        builder, array, array.type() == ArraySpec.Type.FLOAT32 ? DataType.DT_FLOAT : DataType.DT_UINT8))
                .toList();
        int shared = matrix.precision().compactScales() ? 2 : 0;
        return new QuantizedVariables(
                all.get(0), all.get(1), all.subList(2, 2 + shared), all.subList(2 + shared, all.size()));
    }

    /** All of them, in the order of the arrays. */
    List<Value> all() {
        List<Value> all = new ArrayList<>(List.of(codes, scales));
        all.addAll(shared);
        all.addAll(zeros);
        return all;
    }

    static Value variable(GraphBuilder builder, ArraySpec array, DataType type) {
        return builder.variable(
                array.name(),
                new TensorType(type, array.shape().stream().map(Long::valueOf).toList()));
    }
}
