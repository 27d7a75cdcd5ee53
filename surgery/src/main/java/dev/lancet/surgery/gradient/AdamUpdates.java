package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/** Updates variables by Adam. TensorFlow's own op makes one pass over the memory; {@link EightBitAdam} has smaller moments. */
final class AdamUpdates {

    private static final AttrValue NO = Attributes.of(false);

    private final Assignments assignments;
    private final OptimizerScalars scalars;
    private final List<Value> powers;
    private final List<Value> numbers;
    private final EightBitAdam eightBit;
    private final Supplier<List<Value>> unscaled;
    private List<Value> packing = List.of();

    /**
     * Starts without variables.
     *
     * @param late builds the nodes that must run only after the update may begin
     */
    AdamUpdates(
            GradientNodeBuilder builder,
            GradientNodeBuilder late,
            Assignments assignments,
            OptimizerScalars scalars,
            OptimizerStep settings) {
        this.assignments = assignments;
        eightBit = new EightBitAdam(late, assignments);
        this.scalars = scalars;
        Value power1 = builder.placeholder("beta1.power");
        Value power2 = builder.placeholder("beta2.power");
        // The op does not apply the bias correction of the second moment under the root, so epsilon is scaled down
        // instead.
        Value left =
                builder.op("epsilon.left", "Sub", builder.number("epsilon.left.one", DataType.DT_FLOAT, 1), power2);
        Value correction = builder.op("epsilon.correction", "Sqrt", left);
        powers = List.of(power1, power2);
        numbers = List.of(
                scalars.memory("beta1", settings.beta1()),
                scalars.memory("beta2", settings.beta2()),
                builder.times("epsilon", correction, settings.epsilon()));
        unscaled = () -> {
            Value one = builder.number("beta1.left.one", DataType.DT_FLOAT, 1);
            return List.of(
                    numbers.get(0),
                    numbers.get(1),
                    builder.op("beta1.left", "Sub", one, power1),
                    left,
                    builder.number("epsilon.whole", DataType.DT_FLOAT, settings.epsilon()));
        };
    }

    /** The functions that the updates call. */
    List<FunctionDef> library() {
        return packing.isEmpty() ? List.of() : List.of(EightBitAdam.function());
    }

    private String packed(ParameterUpdate update, Value value, Value gradient, List<String> after) {
        packing = packing.isEmpty() ? unscaled.get() : packing;
        List<Value> shared = new ArrayList<>(packing);
        shared.add(scalars.times(update.times()));
        return eightBit.move(update.variable(), value, gradient, shared, after);
    }

    /** The node that updates a variable with a gradient, after other nodes. */
    String move(ParameterUpdate update, Value value, Value gradient, List<String> after) {
        if (update.eightBit()) {
            return packed(update, value, gradient, after);
        }
        String variable = update.variable();
        List<String> inputs = new ArrayList<>(List.of(variable, variable + ".m", variable + ".v"));
        assignments.slot(variable + ".m", value);
        assignments.slot(variable + ".v", value);
        powers.forEach(power -> inputs.add(power.inGraph()));
        inputs.add(scalars.times(update.times()).inGraph());
        numbers.forEach(number -> inputs.add(number.inGraph()));
        inputs.add(gradient.inGraph());
        Map<String, AttrValue> attributes = Map.of(
                "T", Attributes.of(DataType.DT_FLOAT),
                "use_locking", NO,
                "use_nesterov", NO);
        return assignments.node(variable + ".update", "ResourceApplyAdam", inputs, after, attributes);
    }
}
