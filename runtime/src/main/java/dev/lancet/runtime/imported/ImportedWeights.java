package dev.lancet.runtime.imported;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.surgery.imported.ImportedModel;
import java.util.List;

/** The weights of a foreign model as its plan sees them: arrays of any shape, row by row as matrices and vectors. */
public final class ImportedWeights implements Weights {

    private final ImportedModel model;
    private final List<ArraySpec> stored;

    private ImportedWeights(ImportedModel model) {
        this.model = model;
        this.stored = model.plan().arrays();
    }

    /** The weights of a model, read from its files as they are asked for. */
    public static ImportedWeights of(ImportedModel model) {
        return new ImportedWeights(model);
    }

    @Override
    public List<ArraySpec> arrays() {
        return stored;
    }

    @Override
    public HostTensor read(String name) {
        return new HostTensor(find(name).orElseThrow(() -> missing(name)), model.read(name));
    }
}
