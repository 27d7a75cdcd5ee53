package dev.lancet.tests.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.Truncation;
import dev.lancet.runtime.algebra.GramAlgebra;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** OpenBLAS's decomposition of a trained model against an independent one in float64. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoriesSpectraTest {

    private final GramAlgebra algebra = new GramAlgebra();
    private StoriesReference stories;

    @BeforeAll
    void open() throws IOException {
        stories = new StoriesReference();
    }

    @Test
    void all_singular_values_of_all_linear_layers_are_those_of_the_reference() {
        JsonNode spectra = stories.expected().path("spectra");
        assertThat(spectra.size()).isEqualTo(35);
        spectra.properties().forEach(entry -> {
            Matrix matrix = stories.inOut(entry.getKey() + ".weight");
            double[] alone = algebra.singularValues(matrix);
            JsonNode plain = entry.getValue().path("plain");
            assertThat(alone).as(entry.getKey()).hasSize(plain.size());
            for (int k = 0; k < alone.length; k++) {
                double expected = plain.path(k).asDouble();
                assertThat(alone[k])
                        .as(entry.getKey())
                        .isCloseTo(expected, within(1e-8 * plain.path(0).asDouble()));
            }
        });
    }

    @Test
    void a_cut_at_every_rank_of_the_reference_leaves_the_tail_of_the_spectrum() {
        for (String name : new String[] {"model.layers.0.self_attn.q_proj", "model.layers.4.mlp.down_proj"}) {
            Matrix matrix = stories.inOut(name + ".weight");
            JsonNode plain = stories.expected().path("spectra").path(name).path("plain");
            for (int rank : new int[] {8, 16, 24, 32, 48, 56}) {
                double tail = 0;
                for (int k = rank; k < plain.size(); k++) {
                    tail += plain.path(k).asDouble() * plain.path(k).asDouble();
                }
                Factors factors = new Truncation(algebra).cut(name, matrix, rank);
                float[] product =
                        algebra.product(factors.left(), factors.right()).values();
                double error = 0;
                for (int i = 0; i < product.length; i++) {
                    error += Math.pow((double) matrix.values()[i] - product[i], 2);
                }
                assertThat(Math.sqrt(error)).as("%s at rank %d", name, rank).isCloseTo(Math.sqrt(tail), within(1e-5));
            }
        }
    }
}
