package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.DataType;

/**
 * The two variables of a quantised matrix. Signed codes are stored in an unsigned variable too, because TensorFlow Java
 * has no signed bytes; the graph reinterprets the bits.
 */
record QuantizedVariables(Value codes, Value scales) {

    static QuantizedVariables of(StoredMatrix matrix, GraphBuilder builder) {
        return new QuantizedVariables(
                variable(builder, matrix.arrays().get(0), DataType.DT_UINT8),
                variable(builder, matrix.arrays().get(1), DataType.DT_FLOAT));
    }

    static Value variable(GraphBuilder builder, ArraySpec array, DataType type) {
        return builder.variable(
                array.name(),
                new TensorType(type, array.shape().stream().map(Long::valueOf).toList()));
    }
}
