package dev.lancet.tests.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.SkippedProduct;
import dev.lancet.surgery.imported.discovery.UnusedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportedModelTest {

    @TempDir
    private Path folder;

    @Test
    void layers_of_a_module_are_found_behind_captured_handles_under_the_names_of_their_author() {
        ImportedModel model = ImportedModel.open(Served.MLP);
        assertThat(model.layers())
                .extracting(ImportedModelTest::line)
                .containsExactly(
                        "dense1/kernel [96, 256] x · W",
                        "dense2/kernel [256, 256] x · W",
                        "dense3/kernel [256, 10] x · W");
        assertThat(model.skipped()).isEmpty();
        assertThat(model.unused()).isEmpty();
        assertThat(model.name()).isEqualTo("dense-mlp-savedmodel");
    }

    @Test
    void a_keras_classifier_shows_its_matrices_once_for_both_signatures_and_its_dead_copies() {
        ImportedModel model = ImportedModel.open(Served.KERAS);
        assertThat(model.layers())
                .extracting(ImportedModelTest::line)
                .containsExactly(
                        "embed/token/embeddings [4096, 64] rows of W, rows of W",
                        "embed/position/embeddings [32, 64] rows of W, rows of W",
                        "block0_mha/query/kernel [64, 64] x · W, x · W",
                        "block0_mha/key/kernel [64, 64] x · W, x · W",
                        "block0_mha/value/kernel [64, 64] x · W, x · W",
                        "block0_mha/attention_output/kernel [64, 64] x · W, x · W",
                        "block0_up/kernel [64, 256] x · W, x · W",
                        "block0_down/kernel [256, 64] x · W, x · W",
                        "block1_mha/query/kernel [64, 64] x · W, x · W",
                        "block1_mha/key/kernel [64, 64] x · W, x · W",
                        "block1_mha/value/kernel [64, 64] x · W, x · W",
                        "block1_mha/attention_output/kernel [64, 64] x · W, x · W",
                        "block1_up/kernel [64, 256] x · W, x · W",
                        "block1_down/kernel [256, 64] x · W, x · W",
                        "logits/kernel [64, 3] x · W, x · W");
        assertThat(model.skipped())
                .hasSize(8)
                .extracting(SkippedProduct::because)
                .containsOnly("both operands are activations");
        assertThat(model.unused()).filteredOn(UnusedTensor::copy).hasSize(38);
        assertThat(model.unused()).filteredOn(dead -> !dead.copy()).allMatch(dead -> dead.name()
                .endsWith("seed_generator_state"));
    }

    @Test
    void the_same_matrices_are_found_in_the_frozen_graph() {
        ImportedModel model = ImportedModel.open(Served.FROZEN);
        assertThat(model.layers()).hasSize(15).allMatch(Layer::treatable);
        assertThat(model.layers().get(3).weight().name()).isEqualTo("tfns_classifier_1/block0_mha_1/query_1/kernel");
        assertThat(model.layers().get(3).shape()).containsExactly(64L, 4L, 16L);
        assertThat(model.skipped()).hasSize(4);
    }

    @Test
    void retsim_hides_its_layers_five_calls_deep_and_multiplies_activations_by_einsum() {
        ImportedModel model = ImportedModel.open(Served.RETSIM);
        assertThat(model.layers())
                .extracting(ImportedModelTest::line)
                .containsExactly(
                        "encoder_start/kernel [24, 256] x · W",
                        "gau/dense/kernel [256, 640] x · W",
                        "gau/dense_1/kernel [256, 256] x · W",
                        "gau_1/dense_2/kernel [256, 640] x · W",
                        "gau_1/dense_3/kernel [256, 256] x · W",
                        "similarity/kernel [256, 256] x · W");
        assertThat(model.skipped()).hasSize(10).extracting(SkippedProduct::op).containsOnly("Einsum");
    }

    private static String line(Layer layer) {
        return layer.weight().name() + " " + layer.weight().shape()
                + layer.uses().stream()
                        .map(use -> switch (use.kind()) {
                            case PRODUCT -> " x · W";
                            case TRANSPOSED -> " x · Wᵀ";
                            case LOOKUP -> " rows of W";
                        })
                        .collect(java.util.stream.Collectors.joining(","));
    }

    @Test
    void what_is_no_model_is_refused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pb"));
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ImportedModel.open(empty))
                .withMessage("%s: contains no graph; give a frozen GraphDef or a SavedModel folder", empty);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ImportedModel.open(folder))
                .withMessage("%s: does not exist; check the path", folder.resolve("saved_model.pb"));
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ImportedModel.open(folder.resolve("none.pb")))
                .withMessage("%s: does not exist; check the path", folder.resolve("none.pb"));
    }

    @Test
    void damaged_models_are_opened_or_refused() throws IOException {
        SplittableRandom random = new SplittableRandom(301);
        byte[] saved = Files.readAllBytes(Served.MLP.resolve("saved_model.pb"));
        Path variables = Served.MLP.resolve("variables");
        Files.createDirectories(folder.resolve("variables"));
        for (String name : new String[] {"variables.index", "variables.data-00000-of-00001"}) {
            Files.copy(variables.resolve(name), folder.resolve("variables").resolve(name));
        }
        Path file = folder.resolve("saved_model.pb");
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = saved.clone();
            for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(
                    file,
                    random.nextInt(4) == 0 ? java.util.Arrays.copyOf(damaged, random.nextInt(saved.length)) : damaged);
            try {
                assertThat(ImportedModel.open(folder).plan().toString()).isNotEmpty();
            } catch (LancetException refusal) {
                assertThat(refusal.getMessage()).isNotBlank().doesNotContain("null");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
