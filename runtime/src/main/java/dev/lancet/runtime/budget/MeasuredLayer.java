package dev.lancet.runtime.budget;

import dev.lancet.dsl.plan.StorageOption;
import java.util.List;

/**
 * What every form of a layer costs.
 *
 * @param weight the name of the matrix
 * @param sensitivity the loss per squared relative error of the layer: the distance of the model's outputs if it is measured,
 *     otherwise the {@link LayerImportance}
 * @param forms every candidate with its predicted loss
 */
public record MeasuredLayer(String weight, double sensitivity, List<StorageOption> forms) {

    public MeasuredLayer {
        forms = List.copyOf(forms);
    }
}
