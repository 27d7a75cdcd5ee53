package dev.lancet.compression.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class PackingPropertiesTest {

    /** Half of the widest gap between neighbours: −1 and −0.696. */
    private static final double WIDEST_NF4 = (1 - 0.6961928) / 2;

    @Provide
    Arbitrary<Precision> precisions() {
        return Arbitraries.of(
                Precision.int8(), Precision.int4(2), Precision.int4(6), Precision.int4(32), Precision.nf4(4));
    }

    @Provide
    Arbitrary<Precision> layouts() {
        return precisions()
                .flatMap(precision -> Arbitraries.of(
                        precision,
                        Precision.nf4(4).doubleQuantized(),
                        Precision.int4(2).asymmetric(),
                        Precision.int4(6).doubleQuantized(),
                        Precision.int4(32).asymmetric().doubleQuantized()));
    }

    private static Matrix matrix(int rows, int columns, long seed) {
        return Matrix.of(rows, columns, new Normals(seed, "property").floats(rows * columns, 3));
    }

    @Property(tries = 300)
    void arrays_have_the_types_and_shapes_of_the_plan(
            @ForAll("layouts") Precision precision,
            @ForAll Channels channels,
            @ForAll @IntRange(min = 1, max = 140) int rows,
            @ForAll @IntRange(min = 1, max = 140) int columns,
            @ForAll long seed) {
        StoredMatrix matrix = new StoredMatrix("x", rows, columns, precision, channels);
        assertThat(Quantizer.pack(matrix, matrix(rows, columns, seed)))
                .extracting(HostTensor::spec)
                .isEqualTo(matrix.arrays());
    }

    @Property(tries = 300)
    void no_weight_moves_further_than_half_a_step(
            @ForAll("precisions") Precision precision,
            @ForAll Channels channels,
            @ForAll @IntRange(min = 1, max = 140) int rows,
            @ForAll @IntRange(min = 1, max = 140) int columns,
            @ForAll long seed) {
        StoredMatrix piece = new StoredMatrix("x", rows, columns, precision, channels);
        Matrix matrix = matrix(rows, columns, seed);
        List<HostTensor> arrays = Quantizer.pack(piece, matrix);
        float[] scales = arrays.get(1).floats();
        QuantizationLayout layout = new QuantizationLayout(piece);
        Matrix after = Quantizer.unpack(piece, arrays);
        double reach = precision.format() == Precision.Format.NF4 ? WIDEST_NF4 : 0.5;
        for (int i = 0; i < layout.inputs; i++) {
            for (int c = 0; c < layout.channels; c++) {
                int at = layout.value(i, c);
                double scale = scales[layout.scale(i / layout.group, c)];
                assertThat(Math.abs((double) matrix.values()[at] - after.values()[at]))
                        .isLessThanOrEqualTo(reach * scale * (1 + 1e-5));
            }
        }
    }

    @Property(tries = 300)
    void packing_what_was_unpacked_gives_the_same_codes(
            @ForAll("precisions") Precision precision,
            @ForAll Channels channels,
            @ForAll @IntRange(min = 1, max = 140) int rows,
            @ForAll @IntRange(min = 1, max = 140) int columns,
            @ForAll long seed) {
        StoredMatrix matrix = new StoredMatrix("x", rows, columns, precision, channels);
        List<HostTensor> once = Quantizer.pack(matrix, matrix(rows, columns, seed));
        List<HostTensor> twice = Quantizer.pack(matrix, Quantizer.unpack(matrix, once));
        assertThat(twice.get(0)).isEqualTo(once.get(0));
        float[] scales = once.get(1).floats();
        for (int i = 0; i < scales.length; i++) {
            assertThat(twice.get(1).floats()[i]).isBetween(Math.nextDown(scales[i]), Math.nextUp(scales[i]));
        }
    }

    @Property(tries = 200)
    void rows_and_columns_are_treated_alike(
            @ForAll("layouts") Precision precision,
            @ForAll @IntRange(min = 1, max = 100) int rows,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll long seed) {
        Matrix matrix = matrix(rows, columns, seed);
        StoredMatrix byColumn = new StoredMatrix("x", rows, columns, precision, Channels.COLUMNS);
        StoredMatrix byRow = new StoredMatrix("x", columns, rows, precision, Channels.ROWS);
        Matrix straight = Quantizer.unpack(byColumn, Quantizer.pack(byColumn, matrix));
        Matrix turned = Quantizer.unpack(byRow, Quantizer.pack(byRow, JacobiAlgebra.transposed(matrix)));
        assertThat(JacobiAlgebra.transposed(turned).values()).isEqualTo(straight.values());
    }
}
