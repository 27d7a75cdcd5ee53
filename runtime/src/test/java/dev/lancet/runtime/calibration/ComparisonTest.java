package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.train.graph.Examples;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The qualities of a smaller model. The expected numbers come from NumPy in float64. */
class ComparisonTest {

    private static final int[] IDS = {0, 2, 1, 3, 1, 2};
    private static final float[] BEFORE = new float[24];
    private static final float[] AFTER = new float[24];

    static {
        for (int i = 0; i < BEFORE.length; i++) {
            BEFORE[i] = ((i * 7 + 5) % 13 - 6) / 4f;
            AFTER[i] = BEFORE[i] + (i * 3 % 5 - 2) / 2f;
        }
    }

    private static LanguageQuality language(float[] after) {
        LogitComparison comparison = new LogitComparison();
        comparison.add(IDS, 2, BEFORE, after);
        return comparison.quality();
    }

    private static OutputQuality output(float[] before, float[] after) {
        OutputComparison comparison = new OutputComparison();
        comparison.add(before.length / 4, before, after);
        return comparison.quality();
    }

    @Test
    void the_predictions_of_two_language_models_differ_as_numpy_computes() {
        LanguageQuality quality = language(AFTER);
        assertThat(quality.perplexityBefore()).isCloseTo(10.512205294845504, within(1e-9));
        assertThat(quality.perplexity()).isCloseTo(10.435208111347535, within(1e-9));
        assertThat(quality.kl()).isCloseTo(0.11541563131287404, within(1e-12));
        assertThat(quality.agreement()).isEqualTo(1);
        assertThat(language(negative()).agreement()).isZero();
        assertThat(quality.loss()).isCloseTo(10.435208111347535 / 10.512205294845504 - 1, within(1e-12));
    }

    private static float[] negative() {
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = -BEFORE[i];
        }
        return values;
    }

    @Test
    void two_batches_count_like_one() {
        LogitComparison comparison = new LogitComparison();
        comparison.add(new int[] {0, 2, 1}, 1, half(BEFORE, 0), half(AFTER, 0));
        comparison.add(new int[] {3, 1, 2}, 1, half(BEFORE, 12), half(AFTER, 12));
        assertThat(comparison.quality().kl()).isCloseTo(0.11541563131287404, within(1e-12));
        assertThat(comparison.quality().perplexity()).isCloseTo(10.435208111347535, within(1e-9));
    }

    private static float[] half(float[] values, int from) {
        return Arrays.copyOfRange(values, from, from + 12);
    }

    @Test
    void a_model_predicts_like_itself() {
        LanguageQuality same = language(BEFORE);
        assertThat(same.kl()).isZero();
        assertThat(same.agreement()).isEqualTo(1);
        assertThat(same.loss()).isZero();
    }

    @Test
    void the_outputs_of_two_graphs_differ_as_numpy_computes() {
        OutputQuality quality = output(BEFORE, AFTER);
        assertThat(quality.cosineMean()).isCloseTo(0.8282909373295002, within(1e-12));
        assertThat(quality.cosineLeast()).isCloseTo(0.6390214842634575, within(1e-12));
        assertThat(quality.relativeError()).isCloseTo(0.7726674092862559, within(1e-12));
    }

    @Test
    void a_graph_gives_the_same_as_itself_also_where_it_gives_zeros() {
        OutputQuality same = output(BEFORE, BEFORE);
        assertThat(same.cosineMean()).isCloseTo(1, within(1e-15));
        assertThat(same.relativeError()).isZero();
        assertThat(output(new float[4], new float[4])).isEqualTo(new OutputQuality(1, 1, 0));
        assertThat(output(new float[4], new float[] {1, 0, 0, 0}).cosineMean()).isZero();
    }

    @Test
    void outputs_that_are_not_numbers_are_no_quality() {
        OutputQuality broken = output(BEFORE, filled(Float.NaN));
        assertThat(broken.cosineMean()).isNaN();
        assertThat(broken.cosineLeast()).isNaN();
        assertThat(language(filled(Float.NaN)).kl()).isNaN();
    }

    private static float[] filled(float value) {
        float[] values = new float[24];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void models_with_other_outputs_are_not_compared() {
        Examples rows = Examples.of("x", new int[][] {{1}, {2}});
        QualityMeter meter = new QualityMeter(false);
        assertThatThrownBy(() -> meter.add(rows, Map.of("y", new float[4]), Map.of("z", new float[4])))
                .isInstanceOf(LancetException.class)
                .hasMessage("quality: the original has the output 'y' with 4 numbers, the smaller model has [z];"
                        + " compare models with the same outputs");
        assertThatThrownBy(() -> meter.add(rows, Map.of("y", new float[4]), Map.of("y", new float[6])))
                .hasMessageContaining("the smaller model has 6 numbers");
    }
}
