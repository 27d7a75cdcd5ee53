package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.silu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models whose factors and corrections are multiplied out, for tools that know neither. */
class FoldTest {

    private static final Fixture STORIES = Fixture.named("stories260K-hf");
    private static final Path MLP = Path.of("src/test/resources/fixtures/dense-mlp-savedmodel/saved_model");

    /** Factors, codes with a correction, codes alone, and matrices that nothing changes. */
    private static final Compression SMALL = Compression.keepAll()
            .on(attention())
            .factorise(rank(20), int8())
            .on(feedForward())
            .quantize(int4(32), correction(4))
            .on(named("h.1.*"))
            .quantize(int8());

    @TempDir
    private Path folder;

    @Test
    void a_folded_model_computes_the_same_without_factors_and_corrections() {
        try (Model model = Model.open(STORIES.folder());
                Model small = model.compress(SMALL);
                Model folded = small.fold()) {
            folded.save(folder.resolve("folded"));
            float[] wanted = small.logits(STORIES.inputIds());
            try (Model again = Model.open(folder.resolve("folded"))) {
                same(again.logits(STORIES.inputIds()), wanted);
                withoutPieces(again.plan());
                assertThat(again.plan().step("h.0.attn.q").bytes())
                        .isEqualTo(model.plan().step("h.0.attn.q").bytes());
                assertThat(again.plan().step("h.1.attn.q").precision()).isEqualTo(int8());
                assertThat(again.plan().bytesAfter())
                        .isGreaterThan(small.plan().bytesAfter())
                        .isEqualTo(again.plan().arrays().stream()
                                .mapToLong(ArraySpec::bytes)
                                .sum());
                assertThat(again.plan().step("h.0.mlp.up").because()).endsWith("multiplied out");
            }
        }
    }

    @Test
    void a_job_compresses_and_folds_at_once_and_reports_what_the_compression_lost() {
        ModelSource source = ModelSource.open(STORIES.folder());
        CompressionJob plain = new CompressionJob(source, Progress.silent());
        Plan plan = plain.plan(SMALL);
        List<Fidelity> lost = plain.write(plan, folder.resolve("small"));
        List<Fidelity> told = plain.folding().write(plan, folder.resolve("folded"));
        assertThat(told).hasSameSizeAs(lost);
        for (int i = 0; i < lost.size(); i++) {
            assertThat(told.get(i).weight()).isEqualTo(lost.get(i).weight());
            assertThat(told.get(i).relativeFrobenius()).isCloseTo(lost.get(i).relativeFrobenius(), within(1e-9));
        }
        try (Model small = Model.open(folder.resolve("small"));
                Model folded = Model.open(folder.resolve("folded"))) {
            same(folded.logits(STORIES.inputIds()), small.logits(STORIES.inputIds()));
            withoutPieces(folded.plan());
        }
    }

    @Test
    void an_adapter_stays_beside_a_folded_matrix() {
        Compression adapted = Compression.keepAll().on(feedForward()).factorise(rank(20), int8(), lora(2));
        try (Model model = Model.open(STORIES.folder());
                Model small = model.compress(adapted);
                Model folded = small.fold()) {
            assertThat(folded.plan().step("h.0.mlp.up").adapter()).contains(lora(2));
            same(folded.logits(STORIES.inputIds()), small.logits(STORIES.inputIds()));
        }
    }

    @Test
    void factors_with_a_nonlinearity_between_them_are_no_matrix() {
        try (Model model = Model.open(STORIES.folder());
                Model curved = Model.create(
                        model.transformer(),
                        Compression.keepAll().on(feedForward()).factorise(rank(8), silu()),
                        1)) {
            assertThatExceptionOfType(LancetException.class)
                    .isThrownBy(curved::fold)
                    .withMessageContaining("cannot be factored again or multiplied out");
        }
    }

    @Test
    void a_folded_graph_computes_the_same_in_its_old_form() {
        for (Compression small : List.of(
                Compression.keepAll().on(linears()).factorise(rank(4)),
                Compression.keepAll().on(linears()).quantize(int8(), correction(3)))) {
            GraphModel model = GraphModel.open(MLP);
            GraphModel cut = model.compress(small);
            float[] wanted = cut.output(rows(), "logits");
            Path out = folder.resolve("folded-" + small.hashCode());
            cut.fold().save(out);
            same(GraphModel.open(out).output(rows(), "logits"), wanted);

            Path job = folder.resolve("job-" + small.hashCode());
            CompressionJob plain = new CompressionJob(ModelSource.open(MLP), Progress.silent());
            plain.folding().write(plain.plan(small), job);
            assertThat(GraphModel.open(job).plan().arrays())
                    .isEqualTo(model.plan().arrays());
            same(GraphModel.open(job).output(rows(), "logits"), wanted);
        }
    }

    @Test
    void a_graph_that_was_written_in_factors_says_how_it_is_folded() {
        Path cut = folder.resolve("cut");
        GraphModel.open(MLP)
                .compress(Compression.keepAll().on(linears()).factorise(rank(4)))
                .save(cut);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> GraphModel.open(cut).fold())
                .withMessageContaining("compress that one again, with --fold");
        assertThat(Files.exists(cut)).isTrue();
    }

    private static void withoutPieces(Plan plan) {
        assertThat(plan.arrays())
                .extracting(ArraySpec::name)
                .noneMatch(name -> name.matches(".*\\.(left|right|correction)(\\..*)?"));
    }

    private static void same(float[] actual, float[] wanted) {
        double largest = 0;
        double apart = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs(wanted[i]));
            apart = Math.max(apart, Math.abs(wanted[i] - actual[i]));
        }
        assertThat(apart / largest).isLessThan(1e-5);
    }

    private static Examples rows() {
        Random random = new Random(3);
        float[][] values = new float[16][96];
        for (float[] row : values) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return Examples.of("x", values);
    }
}
