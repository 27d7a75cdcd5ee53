package dev.lancet.tests.surgery;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.assertj.LancetAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.assertj.GoldenGraphs;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SavedModel;

/** The golden kit on models on disk, with TensorFlow at hand. */
class GoldenKitTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path DENSE = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");
    private static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    private static final Path FROZEN = FIXTURES.resolve("keras-transformer-classifier-frozen/frozen.pb");

    @TempDir
    private Path folder;

    private static Path cut(Path model, Compression compression, Path out) {
        ImportedModel opened = ImportedModel.open(model);
        Plan plan = new CompressionJob(GraphSource.of(opened), Progress.silent()).plan(compression);
        new CompressionJob(GraphSource.of(opened), Progress.silent()).write(plan, out);
        return out;
    }

    @Test
    void a_saved_model_is_golden_with_its_signatures() throws Exception {
        assertThat(DENSE).isGolden("dense-mlp.savedmodel.graph");

        // The same model as another version of TensorFlow might have written it.
        Path other = Files.createDirectories(folder.resolve("other"));
        SavedModel.Builder saved =
                SavedModel.parseFrom(Files.readAllBytes(DENSE.resolve(SavedModelFolder.FILE))).toBuilder();
        GraphDef.Builder graph = saved.getMetaGraphsBuilder(0).getGraphDefBuilder();
        graph.getVersionsBuilder().setProducer(9999);
        graph.getLibraryBuilder().getFunctionBuilderList().forEach(function -> function.getNodeDefBuilderList()
                .forEach(node -> node.removeAttr(Attributes.SHAPES).putAttr("_new_note", Attributes.of(true))));
        Files.write(other.resolve(SavedModelFolder.FILE), saved.build().toByteArray());
        assertThat(other)
                .isGolden(
                        "dense-mlp.savedmodel.graph",
                        new GoldenGraphs(GoldenGraphs.here().folder(), false));
    }

    @Test
    void surgery_of_full_rank_keeps_the_signature_and_the_numbers() {
        Path same = cut(
                DENSE,
                Compression.keepAll()
                        .on(Selector.everything())
                        .factorise(Rank.rank(12).allowLarger()),
                folder.resolve("same"));
        Path less = cut(
                DENSE,
                Compression.keepAll().on(Selector.everything()).quantize(Precision.int8()),
                folder.resolve("less"));

        assertThat(less).hasSameSignatureAs(DENSE).onlyUsesOpsOf("2.18").hasNoConstOver(1 << 20);
        assertThatModel(less).hasLinear("*").quantizedTo(8);
        assertThat(DENSE).isNumericallyEqualTo(DENSE).within(0);
        assertThatThrownBy(() ->
                        assertThat(less).isNumericallyEqualTo(DENSE).batch(3).within(1e-9))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "graph: \\w+ differs by .*, more than 1.0E-9: number \\d+ is .*seed 42, batch 3\\)");
        assertThat(less).isNumericallyEqualTo(DENSE).within(0.5);
        assertThat(same).hasSameSignatureAs(DENSE);
    }

    @Test
    void a_saved_model_and_its_frozen_graph_are_not_called_alike() {
        assertThatThrownBy(() -> assertThat(FROZEN).hasSameSignatureAs(KERAS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-signature serving_default\n");
        assertThatThrownBy(() -> assertThat(FROZEN).hasNoConstOver(1 << 10)).hasMessageContaining("more than 1024");
        assertThat(FROZEN).isNumericallyEqualTo(FROZEN).seed(7).within(0);
    }

    @Test
    void a_folder_of_a_declared_model_is_the_graph_that_scores_text() {
        Path saved = folder.resolve("mini");
        try (Model model = Model.create(
                Models.llama(2),
                Compression.keepAll().on(Selector.everything()).factorise(Rank.rank(4), Precision.int8()),
                42)) {
            model.save(saved);
        }

        assertThat(saved).hasLinear("h.*.mlp.up").factoredAtRank(4).quantizedTo(8);
        assertThat(saved)
                .isNumericallyEqualTo(saved)
                .feeding("ids", new int[] {1, 2, 3, 4}, 1, 4)
                .feeding("labels", new int[] {2, 3, 4, 5}, 1, 4)
                .within(0);
        assertThatThrownBy(() -> assertThat(saved)
                        .isNumericallyEqualTo(saved)
                        .feeding("words", new int[] {1}, 1)
                        .within(0))
                .hasMessage("input words: the signature has no such input; it has [ids, labels]");
    }

    @Test
    void a_graph_with_variables_alone_cannot_be_run() {
        GraphDef graph = GraphText.parse("x = Placeholder [-1,2]\nw = Variable [2,2]\ny = MatMul(x, w)");

        assertThatThrownBy(() -> assertThat(graph).isNumericallyEqualTo(graph).within(0))
                .hasMessageStartingWith("graph: its variables have no values; ");
    }
}
