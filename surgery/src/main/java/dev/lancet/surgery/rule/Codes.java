package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.DataType;

/**
 * The two variables of a quantised matrix. Signed codes lie in an unsigned variable too, for TensorFlow Java has no
 * signed bytes; the graph reads the bits as they are meant.
 */
record Codes(Value codes, Value scales) {

    static Codes of(StoredMatrix matrix, Sketch sketch) {
        return new Codes(
                variable(sketch, matrix.arrays().get(0), DataType.DT_UINT8),
                variable(sketch, matrix.arrays().get(1), DataType.DT_FLOAT));
    }

    static Value variable(Sketch sketch, ArraySpec array, DataType type) {
        return sketch.variable(
                array.name(),
                new Form(type, array.shape().stream().map(Long::valueOf).toList()));
    }
}
