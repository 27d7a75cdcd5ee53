package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Correction.correction;
import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** Graphs of other tools with corrections: computed, written, and opened again. */
class ImportedCorrectionsTest {

    @TempDir
    private Path folder;

    private static Compression corrected(Precision precision, Correction correction) {
        return Compression.keepAll().on(linears()).quantize(precision, correction);
    }

    private Path write(Path model, Compression diet, String name) {
        ImportedModel opened = ImportedModel.open(model);
        Path out = folder.resolve(name);
        new CompressionJob(GraphSource.of(opened), Progress.silent()).write(opened.plan(diet, Spectra.none()), out);
        return out;
    }

    @Test
    void a_saved_model_comes_nearer_to_the_original_and_names_its_corrections_when_opened() {
        Compression plain = Compression.keepAll().on(linears()).quantize(int4(32));
        Path rounded = write(Served.KERAS, plain, "rounded");
        Path small = write(Served.KERAS, corrected(int4(32), correction(16)), "small");
        try (Tensor ids = Served.ids(64)) {
            float[] exact = Served.run(Served.KERAS, "serve", "ids", ids, "output_0");
            assertThat(distance(exact, Served.run(small, "serve", "ids", ids, "output_0")))
                    .isPositive()
                    .isLessThan(distance(exact, Served.run(rounded, "serve", "ids", ids, "output_0")));
        }
        comesBack(Served.KERAS, small, corrected(int4(32), correction(16)));
    }

    @Test
    void a_frozen_graph_and_its_folder_compute_the_same_with_corrections() throws Exception {
        Compression diet = corrected(int8(), correction(3).storedIn(bfloat16()));
        Path file = write(Served.FROZEN, diet, "small.pb");
        Path out = write(Served.FROZEN, diet, "small");
        try (Tensor ids = Served.ids(16)) {
            GraphDef written = GraphDef.parseFrom(Files.readAllBytes(file));
            float[] frozen = Served.run(written, "ids", ids, "Identity");
            float[] served = Served.run(out, "serving_default", "ids", ids, "Identity");
            GraphDef original = GraphDef.parseFrom(Files.readAllBytes(Served.FROZEN));
            assertThat(distance(frozen, served)).isLessThan(1e-4);
            assertThat(distance(Served.run(original, "ids", ids, "Identity"), served))
                    .isBetween(1e-6, 0.2);
        }
        comesBack(Served.FROZEN, out, diet);
    }

    @Test
    void a_frozen_graph_with_corrections_is_opened_and_compressed_further() throws Exception {
        for (Precision stored : new Precision[] {int8(), bfloat16()}) {
            Path file = write(Served.FROZEN, corrected(int4(32), correction(3).storedIn(stored)), stored + ".pb");
            Path again = write(file, Compression.keepAll().on(everything()).quantize(int8()), stored + "-tables.pb");
            assertThat(Files.size(again)).isLessThan(Files.size(file));
            try (Tensor ids = Served.ids(16)) {
                float[] before = Served.run(GraphDef.parseFrom(Files.readAllBytes(file)), "ids", ids, "Identity");
                float[] after = Served.run(GraphDef.parseFrom(Files.readAllBytes(again)), "ids", ids, "Identity");
                assertThat(distance(before, after)).isLessThan(0.5);
            }
        }
    }

    /** The written model has the corrections of its plan, also after its tables are compressed too. */
    private void comesBack(Path before, Path written, Compression diet) {
        Plan plan = ImportedModel.open(before).plan(diet, Spectra.none());
        ImportedModel again = ImportedModel.open(written);
        for (Step step : plan.changed()) {
            Step found = again.plan().step(step.weight().name());
            assertThat(found.matrices()).isEqualTo(step.matrices());
            assertThat(found.correction()).isEqualTo(step.correction());
        }
        assertThat(again.compressed()).hasSize(plan.changed().size()).allMatch(matrix -> matrix.correction()
                .isPresent());
        assertThat(again.plan(diet, Spectra.none()).changedSince(again.plan())).isEmpty();

        Compression tables = Compression.keepAll().on(everything()).quantize(int8());
        Path twice = write(written, tables, "twice-" + written.getFileName());
        Plan last = ImportedModel.open(twice).plan();
        for (Step step : plan.changed()) {
            assertThat(last.step(step.weight().name()).matrices()).isEqualTo(step.matrices());
        }
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow((double) one[i] - other[i], 2);
        }
        return Math.sqrt(sum);
    }
}
