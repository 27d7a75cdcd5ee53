package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.DataType;

/**
 * The nodes that turn 8-bit codes of scales into scales. The codes are signed, and their variable is not, see {@link
 * QuantizedVariables}. For G groups of columns:
 *
 * <pre>
 * bytes uint8 [G, n] -> signed int8 [G, n] -> floats [G, n] × step [G, 1] + mean [G, 1] -> at least 0
 * </pre>
 */
final class ScaleDecoding {

    private final GraphBuilder builder;
    private final Ops ops;

    ScaleDecoding(GraphBuilder builder) {
        this.builder = builder;
        this.ops = new Ops(builder);
    }

    Value decoded(Value bytes, Value step, Value mean) {
        Value signed = builder.node("scale_codes", "Bitcast")
                .in(bytes)
                .with("T", DataType.DT_UINT8)
                .with("type", DataType.DT_INT8)
                .gives(bytes.form().as(DataType.DT_INT8));
        Value distance = ops.mul("scale_distances", ops.cast("scale_steps", signed, DataType.DT_FLOAT), step);
        Value scales = ops.add("scale_sums", distance, mean);
        return ops.binary("scale_values", "Maximum", scales, ops.constant("scale_least", 0f));
    }
}
