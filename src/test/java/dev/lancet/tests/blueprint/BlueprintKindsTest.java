package dev.lancet.tests.blueprint;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.geglu;
import static dev.lancet.dsl.FeedForward.gegluTanh;
import static dev.lancet.dsl.FeedForward.gelu;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.dsl.Head.nextToken;
import static dev.lancet.dsl.Norm.layerNorm;
import static dev.lancet.dsl.Norm.rmsNorm;
import static dev.lancet.dsl.Position.learned;
import static dev.lancet.dsl.Position.linearScaling;
import static dev.lancet.dsl.Position.llama3Scaling;
import static dev.lancet.dsl.Position.noPositions;
import static dev.lancet.dsl.Position.rotary;
import static dev.lancet.dsl.Residual.outputNorm;
import static dev.lancet.dsl.Residual.postNorm;
import static dev.lancet.dsl.Residual.preNorm;
import static dev.lancet.dsl.Residual.sandwichNorm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.surgery.Blueprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;

/** Whatever can be declared computes, in all three forms, what plain loops compute. */
class BlueprintKindsTest {

    private static final int BATCH = 2;
    private static final int SEQ = 9;

    static Stream<Transformer> kinds() {
        return Stream.of(
                model("plain rotary", heads(2), swiglu(20), rmsNorm(1e-5), rotary(10_000)),
                model("window", heads(4).kv(2).headWidth(4).window(3), swiglu(20), rmsNorm(1e-6), rotary(100)),
                model("wide heads", heads(6).kv(3).headWidth(8).qkvBias(), swiglu(20), rmsNorm(1e-5), rotary(100)),
                model(
                        "normed heads",
                        heads(6).kv(3).headWidth(8).qkvBias().qkNorm(rmsNorm(1e-2)),
                        swiglu(20),
                        rmsNorm(1e-5),
                        rotary(100)),
                model(
                        "normed heads, learned positions",
                        heads(4).kv(1).qkNorm(rmsNorm(1e-2)),
                        geluTanh(20),
                        layerNorm(1e-5),
                        learned()),
                model("gate bias", heads(2).bias(), swiglu(20).bias(true), layerNorm(1e-3), rotary(100)),
                model(
                        "linear scaling",
                        heads(2),
                        swiglu(20),
                        rmsNorm(1e-5),
                        rotary(100).scaling(linearScaling(4))),
                model(
                        "llama 3 scaling",
                        heads(1),
                        swiglu(20),
                        rmsNorm(1e-5),
                        rotary(100).scaling(llama3Scaling(8, 1, 4, 64))),
                model("exact gelu", heads(4).bias(), gelu(20), layerNorm(1e-5), learned()),
                model("tanh gelu", heads(4).kv(1), geluTanh(20).bias(false), rmsNorm(1e-5), learned()));
    }

    /** The parts that other families than GPT-2's and LLaMA's have, one or some at a time. */
    static Stream<Transformer> furtherParts() {
        return Stream.of(
                        parts("norms of outputs, wide norms of queries and keys")
                                .attention(heads(2).kv(1).wideQkNorm(rmsNorm(1e-2)))
                                .residual(outputNorm()),
                        parts(
                                        "four norms, gains stored less one, soft caps, a window in some blocks, scaled embeddings")
                                .attention(
                                        heads(2).headWidth(4).kv(1).scale(0.7).cap(2))
                                .feedForward(gegluTanh(20))
                                .norm(rmsNorm(1e-3).plusOne())
                                .residual(sandwichNorm())
                                .embeddingScale(3.5)
                                .head(nextToken().cap(3))
                                .variant(3, rotary(50), 1),
                        parts("parallel halves, partly rotated, biased")
                                .attention(heads(2).bias())
                                .feedForward(gelu(20))
                                .norm(layerNorm(1e-3))
                                .position(rotary(100).width(2))
                                .residual(preNorm().inParallel()),
                        parts("blocks without positions").variant(0, noPositions(), 0),
                        parts("normed heads with gains stored less one")
                                .attention(heads(2).qkNorm(rmsNorm(1e-2).plusOne())),
                        parts("multipliers")
                                .residual(preNorm().scale(0.4))
                                .head(nextToken().scale(0.25)),
                        parts("norms of sums, an embedding norm, biased outputs")
                                .attention(heads(2).bias())
                                .feedForward(gelu(20))
                                .norm(layerNorm(1e-3))
                                .position(learned().from(2))
                                .tokenTypes(1)
                                .embeddingNorm(layerNorm(1e-2))
                                .residual(postNorm()),
                        parts("norms of biased outputs")
                                .attention(heads(2).bias())
                                .feedForward(gelu(20))
                                .norm(layerNorm(1e-3).withoutBias())
                                .residual(outputNorm()),
                        parts("no first norm, exact gated gelu, no positions at all")
                                .feedForward(geglu(20))
                                .norm(layerNorm(1e-3).withoutBias())
                                .position(noPositions())
                                .firstNorm(layerNorm(1e-2)))
                .map(TransformerBuilder::build);
    }

    private static TransformerBuilder parts(String name) {
        return Transformer.decoder(name)
                .vocabulary(13)
                .context(12)
                .width(12)
                .layers(2)
                .attention(heads(2))
                .feedForward(swiglu(20))
                .position(rotary(100));
    }

    private static Transformer model(
            String name, Attention attention, FeedForward feedForward, Norm norm, Position position) {
        TransformerBuilder builder = Transformer.decoder(name)
                .vocabulary(13)
                .context(12)
                .width(12)
                .layers(2)
                .attention(attention)
                .feedForward(feedForward)
                .norm(norm)
                .position(position);
        return (attention.kvHeads() == 1 ? builder.untiedHead() : builder).build();
    }

    @ParameterizedTest
    @MethodSource({"kinds", "furtherParts"})
    void scoring_decoding_and_training_agree_with_plain_loops(Transformer model) {
        Weights weights = random(model);
        int[] ids = new Random(3).ints(BATCH * SEQ, 0, model.vocabulary()).toArray();
        int[] labels = new Random(4).ints(BATCH * SEQ, 0, model.vocabulary()).toArray();
        double[][] expected = expected(model, weights, ids);
        try (Running scoring = new Running(Blueprint.scoring(model), weights);
                Running decoding = new Running(Blueprint.decoding(model), weights);
                Running training = new Running(Blueprint.training(model, BATCH, SEQ), weights);
                Tensor in = Running.ints(ids, BATCH, SEQ);
                Tensor out = Running.ints(labels, BATCH, SEQ)) {
            close(scoring.floats(Map.of("ids", in), "logits").get(0), expected);
            Map<String, Tensor> feeds = Map.of("ids", in, "labels", out);
            double loss = 0;
            for (int i = 0; i < ids.length; i++) {
                double sum = Arrays.stream(expected[i]).map(Math::exp).sum();
                loss += (Math.log(sum) - expected[i][labels[i]]) / ids.length;
            }
            assertThat((double) training.floats(feeds, "loss").get(0)[0]).isCloseTo(loss, within(1e-5));
            Decoder decoder = new Decoder(model, decoding, BATCH);
            int past = 0;
            for (int end : new int[] {4, 5, 7, SEQ}) {
                int[] chunk = new int[BATCH * (end - past)];
                double[][] last = new double[BATCH][];
                for (int row = 0; row < BATCH; row++) {
                    System.arraycopy(ids, row * SEQ + past, chunk, row * (end - past), end - past);
                    last[row] = expected[row * SEQ + end - 1];
                }
                close(decoder.next(chunk), last);
                past = end;
            }
        }
    }

    private static double[][] expected(Transformer model, Weights weights, int[] ids) {
        List<double[]> rows = new ArrayList<>();
        for (int row = 0; row < BATCH; row++) {
            int[] sequence = Arrays.copyOfRange(ids, row * SEQ, (row + 1) * SEQ);
            rows.addAll(List.of(new PlainTransformer(model, weights).logits(sequence)));
        }
        return rows.toArray(double[][]::new);
    }

    /** Larger than fresh weights are, so that nothing is lost in a residual stream that dwarfs it. */
    private static Weights random(Transformer model) {
        Random random = new Random(7);
        return Weights.of(Plan.dense(model).arrays().stream()
                .map(array -> {
                    float[] values = new float[Math.toIntExact(array.bytes() / 4)];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (0.5 * random.nextGaussian());
                    }
                    return HostTensor.of(array, values);
                })
                .toList());
    }

    private static void close(float[] found, double[][] expected) {
        assertThat(found).hasSize(expected.length * expected[0].length);
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                assertThat((double) found[row * expected[row].length + i])
                        .as("logit %d of row %d", i, row)
                        .isCloseTo(expected[row][i], within(1e-4));
            }
        }
    }
}
