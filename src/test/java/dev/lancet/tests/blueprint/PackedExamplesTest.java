package dev.lancet.tests.blueprint;

import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.surgery.Blueprint;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;

/** Several examples in one sequence have the losses that each has alone, by plain loops in float64. */
class PackedExamplesTest {

    private static final int SEQ = 9;
    /** Two sequences: examples of 3 and 5 inputs and a place that is left over; and one of 7 with two left over. */
    private static final List<List<int[]>> ROWS = List.of(
            List.of(new int[] {4, 1, 7, 2}, new int[] {5, 9, 3, 3, 8, 1}),
            List.of(new int[] {2, 6, 6, 1, 0, 10, 4, 3}));
    /** Where the answer of each example begins. */
    private static final int[] ANSWERS = {2, 4, 5};

    static Stream<Transformer> models() {
        return Stream.of(
                tiny("gpt")
                        .attention(heads(2).bias())
                        .feedForward(geluTanh(16).bias(true))
                        .norm(layerNorm(1e-5))
                        .position(learned())
                        .build(),
                tiny("llama").attention(heads(4).kv(2)).feedForward(swiglu(12)).build(),
                tiny("sliding")
                        .attention(heads(4).kv(1).window(3))
                        .feedForward(swiglu(12))
                        .build());
    }

    private static TransformerBuilder tiny(String name) {
        return Transformer.decoder(name).vocabulary(11).context(SEQ).width(8).layers(2);
    }

    @ParameterizedTest
    @MethodSource("models")
    void each_example_has_the_loss_that_it_has_alone(Transformer model) {
        Weights weights = shaken(model);
        PlainTransformer plain = new PlainTransformer(model, weights);
        int batch = ROWS.size();
        int[] ids = new int[batch * SEQ];
        int[] labels = new int[batch * SEQ];
        int[] segments = new int[batch * SEQ];
        int[] positions = new int[batch * SEQ];
        float[] mask = new float[batch * SEQ];
        double sum = 0;
        int count = 0;
        int example = 0;
        for (int row = 0; row < batch; row++) {
            int place = row * SEQ;
            for (int[] tokens : ROWS.get(row)) {
                double[][] logits = plain.logits(Arrays.copyOf(tokens, tokens.length - 1));
                for (int at = 0; at + 1 < tokens.length; at++, place++) {
                    ids[place] = tokens[at];
                    labels[place] = tokens[at + 1];
                    segments[place] = example + 1;
                    positions[place] = at;
                    if (at + 1 >= ANSWERS[example]) {
                        mask[place] = 1;
                        sum += nll(logits[at], tokens[at + 1]);
                        count++;
                    }
                }
                example++;
            }
        }
        for (int i = 0; i < mask.length; i++) {
            mask[i] *= (float) mask.length / count;
        }
        try (Running graph = new Running(Blueprint.answers(model, batch, SEQ), weights);
                Tensor in = Running.ints(ids, batch, SEQ);
                Tensor out = Running.ints(labels, batch, SEQ);
                Tensor examples = Running.ints(segments, batch, SEQ);
                Tensor at = Running.ints(positions, batch, SEQ);
                Tensor weight = Running.floats(mask, batch, SEQ)) {
            Map<String, Tensor> feeds =
                    Map.of("ids", in, "labels", out, "segments", examples, "positions", at, "loss.weights", weight);
            assertThat((double) graph.floats(feeds, "loss").get(0)[0]).isCloseTo(sum / count, within(2e-6));
        }
    }

    private static double nll(double[] logits, int label) {
        double all = Arrays.stream(logits).map(Math::exp).sum();
        return Math.log(all) - logits[label];
    }

    /** Fresh weights, all of them moved, so that biases and gains matter. */
    private static Weights shaken(Transformer model) {
        Weights fresh = new FreshWeights(model, 3).under(Plan.dense(model));
        Random random = new Random(5);
        WeightsInMemory shaken = new WeightsInMemory();
        Plan.dense(model).arrays().forEach(spec -> {
            float[] values = fresh.read(spec.name()).floats().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.3 * random.nextGaussian());
            }
            shaken.accept(HostTensor.of(spec, values));
        });
        return shaken;
    }
}
