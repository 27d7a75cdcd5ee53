package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/** The arrays of one layer's adapter in PEFT's names and orientation. */
final class PeftArrays {

    private final PeftExport.Layer layer;
    private final Weights weights;

    PeftArrays(PeftExport.Layer layer, Weights weights) {
        this.layer = layer;
        this.weights = weights;
    }

    /** Passes on all arrays. */
    void copyTo(WeightSink sink) {
        sink.accept(a());
        sink.accept(b());
        stored(layer).stream().skip(2).forEach(lengths -> sink.accept(magnitude(lengths)));
    }

    private HostTensor magnitude(ArraySpec array) {
        float[] all = new float[layer.place().outputs()];
        for (int part = 0; part < layer.steps().size(); part++) {
            Step step = layer.steps().get(part);
            float[] lengths = weights.read(step.weight().magnitude()).floats();
            for (int o = 0; o < lengths.length; o++) {
                all[layer.places().get(part).output(o)] = lengths[o];
            }
        }
        return HostTensor.of(array, all);
    }

    static List<ArraySpec> stored(PeftExport.Layer layer) {
        PeftNames.Place place = layer.place();
        List<ArraySpec> arrays = new ArrayList<>(List.of(
                new ArraySpec(place.a(), ArraySpec.Type.FLOAT32, List.of(layer.rank(), layer.inputs())),
                new ArraySpec(place.b(), ArraySpec.Type.FLOAT32, List.of(place.outputs(), layer.rank()))));
        if (PeftExport.lora(layer.steps().get(0)).decomposed()) {
            arrays.add(new ArraySpec(place.magnitude(), ArraySpec.Type.FLOAT32, List.of(place.outputs())));
        }
        return arrays;
    }

    private HostTensor a() {
        float[] all = new float[Math.multiplyExact(layer.rank(), layer.inputs())];
        int row = 0;
        for (Step step : layer.steps()) {
            int rank = PeftExport.lora(step).rank();
            float[] a = weights.read(step.weight().adapterA()).floats();
            for (int r = 0; r < rank; r++) {
                for (int i = 0; i < layer.inputs(); i++) {
                    all[(row + r) * layer.inputs() + i] = a[i * rank + r];
                }
            }
            row += rank;
        }
        return HostTensor.of(stored(layer).get(0), all);
    }

    private HostTensor b() {
        int width = layer.rank();
        float[] all = new float[Math.multiplyExact(layer.place().outputs(), width)];
        int column = 0;
        for (int part = 0; part < layer.steps().size(); part++) {
            Step step = layer.steps().get(part);
            int rank = PeftExport.lora(step).rank();
            int outputs = step.weight().columns();
            float[] b = weights.read(step.weight().adapterB()).floats();
            for (int o = 0; o < outputs; o++) {
                for (int r = 0; r < rank; r++) {
                    all[layer.places().get(part).output(o) * width + column + r] = b[r * outputs + o];
                }
            }
            column += rank;
        }
        return HostTensor.of(stored(layer).get(1), all);
    }
}
