package dev.lancet.runtime.budget;

import dev.lancet.dsl.plan.LayerForm;
import java.util.List;

/**
 * What every form of a layer costs.
 *
 * @param weight the name of the matrix
 * @param sensitivity the distance of the model's outputs per squared relative error of the layer's output
 * @param forms every candidate with its predicted loss
 */
public record MeasuredForms(String weight, double sensitivity, List<LayerForm> forms) {

    public MeasuredForms {
        forms = List.copyOf(forms);
    }
}
