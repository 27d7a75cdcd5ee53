package dev.lancet.surgery.gradient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Moves variables by Adam: TensorFlow's own op, which passes once over memory. */
final class AdamUpdates {

    private static final AttrValue NO = Attributes.flag(false);

    private final Assignments assignments;
    private final OptimizerScalars scalars;
    private final List<Tensor> powers;
    private final List<Tensor> numbers;

    AdamUpdates(
            GradientNodeBuilder builder, Assignments assignments, OptimizerScalars scalars, OptimizerStep settings) {
        this.assignments = assignments;
        this.scalars = scalars;
        Tensor power1 = builder.placeholder("beta1.power");
        Tensor power2 = builder.placeholder("beta2.power");
        // The op leaves the second moment uncorrected under its root, so epsilon has to shrink with it.
        Tensor left =
                builder.op("epsilon.left", "Sub", builder.number("epsilon.left.one", DataType.DT_FLOAT, 1), power2);
        Tensor correction = builder.op("epsilon.correction", "Sqrt", left);
        powers = List.of(power1, power2);
        numbers = List.of(
                scalars.memory("beta1", settings.beta1()),
                scalars.memory("beta2", settings.beta2()),
                builder.times("epsilon", correction, settings.epsilon()));
    }

    /** The node that moves a variable along a gradient, after other nodes. */
    String move(ParameterUpdate update, Tensor value, Tensor gradient, List<String> after) {
        String variable = update.variable();
        List<String> inputs = new ArrayList<>(List.of(variable, variable + ".m", variable + ".v"));
        assignments.slot(variable + ".m", value);
        assignments.slot(variable + ".v", value);
        powers.forEach(power -> inputs.add(power.ref()));
        inputs.add(scalars.times(update.times()).ref());
        numbers.forEach(number -> inputs.add(number.ref()));
        inputs.add(gradient.ref());
        Map<String, AttrValue> attributes = Map.of(
                "T", Attributes.type(DataType.DT_FLOAT),
                "use_locking", NO,
                "use_nesterov", NO);
        return assignments.node(variable + ".update", "ResourceApplyAdam", inputs, after, attributes);
    }
}
