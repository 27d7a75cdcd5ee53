package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TInt32;

/**
 * What the sentiment classifier is worth after it was made smaller. Its rows may not be shipped: {@code -Dlancet.rows=DIR}
 * names a folder with {@code valid_ids.i32} and {@code valid_labels.i32}.
 */
class AccuracyTest {

    private static final double ORIGINAL = 0.7952;

    @TempDir
    private Path folder;

    @Test
    void a_budget_alone_chooses_bits_and_then_ranks() {
        ImportedModel model = ImportedModel.open(Served.KERAS);
        Plan half = planned(model, "2.64x");
        assertThat(half.compression()).isGreaterThan(2.64);
        assertThat(half.steps())
                .allMatch(step -> step.precision().bits() >= 8 && step.rank().isEmpty());
        Plan quarter = planned(model, "4x");
        assertThat(quarter.compression()).isGreaterThanOrEqualTo(4);
        assertThat(quarter.steps()).allMatch(step -> step.rank().isEmpty());
        Plan ninth = planned(model, "9x");
        assertThat(ninth.compression()).isGreaterThanOrEqualTo(9);
        assertThat(ninth.steps()).filteredOn(step -> step.rank().isPresent()).isNotEmpty();
    }

    private static Plan planned(ImportedModel model, String budget) {
        return new CompressionJob(GraphSource.of(model), Progress.silent())
                .plan(Compression.keepAll().within(Budget.parse(budget)));
    }

    @Test
    void eight_bits_cost_less_than_half_a_point_and_budgets_less_than_one() throws IOException {
        String rows = System.getProperty("lancet.rows", "");
        assumeTrue(!rows.isEmpty(), "the classifier's rows may not be shipped; name their folder by -Dlancet.rows=DIR");
        ImportedModel model = ImportedModel.open(Served.KERAS);
        assertThat(accuracy(Served.KERAS, Path.of(rows))).isCloseTo(ORIGINAL, within(1e-4));

        Plan bits = new CompressionJob(GraphSource.of(model), Progress.silent())
                .plan(Compression.keepAll().on(everything()).quantize(int8()));
        assertThat(measured(model, bits, "int8", rows)).isGreaterThan(ORIGINAL - 0.005);
        for (String budget : new String[] {"2.64x", "4x", "5x", "6x"}) {
            assertThat(measured(model, planned(model, budget), budget, rows)).isGreaterThan(ORIGINAL - 0.01);
        }
    }

    private double measured(ImportedModel model, Plan plan, String name, String rows) throws IOException {
        Path out = folder.resolve(name);
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
        double accuracy = accuracy(out, Path.of(rows));
        System.out.printf("%s: %.2f times smaller, accuracy %.4f%n", name, plan.compression(), accuracy);
        return accuracy;
    }

    private static double accuracy(Path model, Path rows) throws IOException {
        IntBuffer ids = numbers(rows.resolve("valid_ids.i32"));
        IntBuffer labels = numbers(rows.resolve("valid_labels.i32"));
        int all = labels.remaining();
        int right = 0;
        try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve")) {
            for (int from = 0; from < all; from += 128) {
                int count = Math.min(128, all - from);
                int[] batch = new int[count * 32];
                ids.get(32 * from, batch);
                try (Tensor x = TInt32.tensorOf(Shape.of(count, 32), DataBuffers.of(batch));
                        Result result = bundle.function("serve").call(Map.of("ids", x))) {
                    float[] logits = Served.floats(result.get("output_0").orElseThrow());
                    for (int row = 0; row < count; row++) {
                        right += best(logits, 3 * row) == labels.get(from + row) ? 1 : 0;
                    }
                }
            }
        }
        return (double) right / all;
    }

    private static int best(float[] logits, int at) {
        int best = 0;
        for (int i = 1; i < 3; i++) {
            best = logits[at + i] > logits[at + best] ? i : best;
        }
        return best;
    }

    private static IntBuffer numbers(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
    }
}
