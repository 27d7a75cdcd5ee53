package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.UnusedTensor;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** A model with a vocabulary file, lookup tables, operations on strings, a counter, and slots of an optimizer. */
class WordsTest {

    private static final Path MODEL = PythonGraphs.of("words");

    @TempDir
    private Path folder;

    @SuppressWarnings("ArrayRecordComponent") // answers are never compared as wholes
    private record Answer(float[] y, List<String> said, long calls) {}

    private static List<Answer> asked(Path model, int times) {
        List<Answer> answers = new ArrayList<>();
        try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
                Tensor text = TString.vectorOf("Yield", "BOND", "repo")) {
            for (int i = 0; i < times; i++) {
                try (Result result = bundle.function("serving_default").call(Map.of("text", text))) {
                    TString said = (TString) result.get("said").orElseThrow();
                    List<String> words = new ArrayList<>();
                    said.scalars().forEach(word -> words.add(word.getObject()));
                    long calls = ((TInt64) result.get("calls").orElseThrow()).getLong();
                    answers.add(new Answer(Served.floats(result.get("y").orElseThrow()), words, calls));
                }
            }
        }
        return answers;
    }

    @Test
    void tables_strings_and_counters_work_on_and_the_file_goes_along() {
        ImportedModel model = ImportedModel.open(MODEL);
        Path out = folder.resolve("small");
        Plan plan = model.plan(Compression.keepAll().on(everything()).quantize(int8()), Spectra.none());
        assertThat(plan.changed()).hasSize(2);
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);

        List<Answer> answers = asked(out, 2);
        double[] expected = PythonGraphs.row("words");
        for (Answer answer : answers) {
            assertThat(PythonGraphs.doubles(answer.y())).containsExactly(expected, within(0.02));
            assertThat(answer.said()).containsExactly("Y:yield", "B:bond", "?:repo");
        }
        assertThat(answers).extracting(Answer::calls).containsExactly(1L, 2L);
        assertThat(out.resolve("assets/vocabulary.txt")).hasSameBinaryContentAs(MODEL.resolve("assets/vocabulary.txt"));
        MetaGraphDef meta = SavedModelFolder.read(out).meta();
        assertThat(meta.getAssetFileDefList())
                .extracting(asset -> asset.getFilename())
                .containsExactly("vocabulary.txt");
    }

    @Test
    void slots_of_an_optimizer_are_dropped_and_told() {
        ImportedModel model = ImportedModel.open(MODEL);
        assertThat(model.unused())
                .extracting(UnusedTensor::toString)
                .containsExactly(
                        "Adam/m/mix/kernel (m/.ATTRIBUTES/VARIABLE_VALUE)",
                        "Adam/v/mix/kernel (v/.ATTRIBUTES/VARIABLE_VALUE)");
        Path out = folder.resolve("same");
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(model.plan(), out);
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .extracting(BundleEntry::key)
                .containsExactly("calls", "mix/kernel", "words/embeddings");
        assertThat(PythonGraphs.doubles(asked(out, 1).get(0).y()))
                .containsExactly(PythonGraphs.row("words"), within(1e-6));
    }
}
