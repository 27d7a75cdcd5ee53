package dev.lancet.tests.gpu;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.gradient.Backward;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TInt32;

/** The gradient of every weight for one batch. */
final class Gradients {

    private static final int BATCH = 2;
    private static final int SEQUENCE = 8;

    private Gradients() {}

    static Map<String, float[]> of(ResolvedDevice device, Transformer model) {
        Plan plan = Plan.dense(model);
        List<String> names = plan.arrays().stream().map(ArraySpec::name).toList();
        GraphDef graph = Backward.derive(Blueprint.training(model, BATCH, SEQUENCE), "loss", names);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (Engine engine = Engine.literal(VariableLoading.into(graph), device);
                TInt32 ids = batch(0);
                TInt32 labels = batch(1)) {
            engine.load(plan, fresh(model));
            Session.Runner runner = engine.runner().feed("ids", ids).feed("labels", labels);
            names.forEach(name -> runner.fetch(name + ".grad"));
            try (var result = runner.run()) {
                names.forEach(name -> gradients.put(name, TensorTransfer.floats(result.get(gradients.size()))));
            }
        }
        return gradients;
    }

    private static Weights fresh(Transformer model) {
        try (Model fresh = Model.create(model, 5)) {
            return fresh.weights();
        }
    }

    private static TInt32 batch(int from) {
        int[] text = Models.text(BATCH * SEQUENCE + 1);
        int[][] rows = new int[BATCH][SEQUENCE];
        for (int i = 0; i < BATCH * SEQUENCE; i++) {
            rows[i / SEQUENCE][i % SEQUENCE] = text[from + i];
        }
        return TensorTransfer.matrix(rows);
    }
}
