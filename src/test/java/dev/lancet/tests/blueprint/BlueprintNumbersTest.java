package dev.lancet.tests.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.surgery.Blueprint;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Tensor;

/** The three forms of a drawn transformer compute what {@code transformers} computes from the same weights. */
class BlueprintNumbersTest {

    private static final float CLOSE = 2e-4f;

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa", "hf-mistral-tiny", "hf-qwen2-tiny", "stories260K-hf"})
    void scoring_gives_the_logits_of_the_reference(String fixture) {
        Expected expected = Expected.of(fixture);
        Checkpoint model = HuggingFace.open(expected.folder());
        try (Running scoring = new Running(Blueprint.scoring(model.transformer()), model.weights());
                Tensor ids = Running.ints(expected.ids(), expected.batch(), expected.seq())) {
            float[] logits = scoring.floats(Map.of("ids", ids), "logits").get(0);
            assertThat(distance(logits, expected.logits())).isLessThan(CLOSE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa", "hf-mistral-tiny", "hf-qwen2-tiny", "stories260K-hf"})
    void decoding_in_chunks_gives_the_logits_of_the_reference(String fixture) {
        Expected expected = Expected.of(fixture);
        Checkpoint model = HuggingFace.open(expected.folder());
        try (Running decoding = new Running(Blueprint.decoding(model.transformer()), model.weights())) {
            Decoder decoder = new Decoder(model.transformer(), decoding, expected.batch());
            int past = 0;
            for (int end : new int[] {5, 6, 7, 13, expected.seq()}) {
                float[] logits = decoder.next(columns(expected, past, end));
                assertThat(distance(logits, after(expected, end - 1)))
                        .as("logits of token %d", end - 1)
                        .isLessThan(CLOSE);
                past = end;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf-gpt2-tiny", "hf-llama-tiny-gqa"})
    void training_and_scoring_agree_on_the_loss_of_the_reference(String fixture) {
        Expected expected = Expected.of(fixture);
        Checkpoint model = HuggingFace.open(expected.folder());
        int batch = expected.batch();
        int seq = expected.seq();
        int[] labels = new int[expected.ids().length];
        Arrays.setAll(labels, i -> expected.ids()[(i + 7) % labels.length]);
        double wanted = 0;
        for (int i = 0; i < labels.length; i++) {
            wanted += nll(expected, i, labels[i]) / labels.length;
        }
        try (Running training = new Running(Blueprint.training(model.transformer(), batch, seq), model.weights());
                Running scoring = new Running(Blueprint.scoring(model.transformer()), model.weights());
                Tensor ids = Running.ints(expected.ids(), batch, seq);
                Tensor next = Running.ints(labels, batch, seq)) {
            Map<String, Tensor> feeds = Map.of("ids", ids, "labels", next);
            assertThat(training.floats(feeds, "loss").get(0)).hasSize(1);
            assertThat((double) training.floats(feeds, "loss").get(0)[0]).isCloseTo(wanted, within(1e-5));
            float[] each = scoring.floats(feeds, "nll").get(0);
            assertThat(each).hasSize(labels.length);
            assertThat((double) each[3]).isCloseTo(nll(expected, 3, labels[3]), within(2e-4));
        }
    }

    private static double nll(Expected expected, int row, int label) {
        int from = row * expected.vocabulary();
        double sum = 0;
        for (int i = 0; i < expected.vocabulary(); i++) {
            sum += Math.exp(expected.logits()[from + i]);
        }
        return Math.log(sum) - expected.logits()[from + label];
    }

    private static int[] columns(Expected expected, int from, int end) {
        int[] ids = new int[expected.batch() * (end - from)];
        for (int row = 0; row < expected.batch(); row++) {
            System.arraycopy(expected.ids(), row * expected.seq() + from, ids, row * (end - from), end - from);
        }
        return ids;
    }

    private static float[] after(Expected expected, int token) {
        int vocabulary = expected.vocabulary();
        float[] logits = new float[expected.batch() * vocabulary];
        for (int row = 0; row < expected.batch(); row++) {
            int from = (row * expected.seq() + token) * vocabulary;
            System.arraycopy(expected.logits(), from, logits, row * vocabulary, vocabulary);
        }
        return logits;
    }

    private static float distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        float worst = 0;
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).isFinite();
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        return worst;
    }
}
