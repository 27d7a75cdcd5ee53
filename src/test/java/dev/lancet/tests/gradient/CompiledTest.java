package dev.lancet.tests.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.pass.XlaCompilation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** Compiling what lies between the products changes the time a step takes, and nothing else. */
class CompiledTest {

    static List<Transformer> models() {
        return List.of(TinyModels.all().get(0), TinyModels.llama());
    }

    @ParameterizedTest
    @MethodSource("models")
    void losses_go_the_same_way(Transformer model) {
        List<String> names = model.weights().stream().map(Weight::name).toList();
        GraphDef gradients = Backward.derive(Blueprint.training(model, 2, 5), "loss", names);
        GraphDef step = new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1).on(gradients, names);
        List<Double> plain = losses(model, step);
        List<Double> compiled = losses(model, XlaCompilation.calls(step));
        assertThat(plain.get(plain.size() - 1)).isLessThan(0.9 * plain.get(0));
        for (int i = 0; i < plain.size(); i++) {
            assertThat(compiled.get(i)).as("loss " + i).isCloseTo(plain.get(i), within(1e-4));
        }
    }

    private static List<Double> losses(Transformer model, GraphDef graph) {
        try (Trial trial = new Trial(graph)) {
            trial.fill(1);
            trial.run("train.start");
            trial.feedIds("ids", model.vocabulary(), 1, 2, 5);
            trial.feedIds("labels", model.vocabulary(), 2, 2, 5);
            trial.feed("rate", 0.01);
            List<Double> losses = new ArrayList<>();
            for (int step = 1; step <= 8; step++) {
                trial.feed("beta1.power", Math.pow(0.9, step));
                trial.feed("beta2.power", Math.pow(0.95, step));
                losses.add(trial.fetch(List.of("loss"), List.of("train")).get(0)[0]);
            }
            return losses;
        }
    }
}
