package dev.lancet.compression.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NormalsTest {

    @Test
    void the_first_numbers_never_change() {
        Normals normals = new Normals(42, "embedding");
        assertThat(new double[] {normals.next(), normals.next(), normals.next()})
                .containsExactly(1.141766852110154, -2.0048061891658575, -1.9388524764182968);
    }

    @Test
    void seeds_and_names_have_numbers_of_their_own() {
        double first = new Normals(1, "a").next();
        assertThat(new Normals(1, "a").next()).isEqualTo(first);
        assertThat(new Normals(2, "a").next()).isNotEqualTo(first);
        assertThat(new Normals(1, "b").next()).isNotEqualTo(first);
    }

    @Test
    void they_are_normal() {
        Normals normals = new Normals(7, "moments");
        int count = 1_000_000;
        double mean = 0;
        double square = 0;
        double fourth = 0;
        int beyondTwo = 0;
        for (int i = 0; i < count; i++) {
            double x = normals.next();
            mean += x / count;
            square += x * x / count;
            fourth += x * x * x * x / count;
            beyondTwo += Math.abs(x) > 2 ? 1 : 0;
        }
        assertThat(mean).isCloseTo(0, within(0.005));
        assertThat(square).isCloseTo(1, within(0.01));
        assertThat(fourth).isCloseTo(3, within(0.05));
        assertThat(beyondTwo / (double) count).isCloseTo(0.0455, within(0.001));
    }
}
