package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.imported.discovery.CompressedMatrix.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Joins a rounded matrix and the two narrow matrices of its correction, by their names (see {@code Weight}). */
final class CorrectionFinder {

    private CorrectionFinder() {}

    /** The matrix that this piece belongs to, with its correction; empty if it has none. */
    static Optional<CompressedMatrix> of(Map<String, CompressedMatrix> pieces, String name) {
        String whole = name.replaceAll("\\.correction\\.[ab]$", "");
        if (whole.isBlank()) {
            return Optional.empty();
        }
        Weight names = new Weight(whole, Role.LINEAR, -1, 1, 1);
        CompressedMatrix rounded = pieces.get(names.name());
        CompressedMatrix a = pieces.get(names.correctionA());
        CompressedMatrix b = pieces.get(names.correctionB());
        if (rounded == null || a == null || b == null || !fit(rounded, a, b)) {
            return Optional.empty();
        }
        List<GraphVariable> arrays = new ArrayList<>(rounded.arrays());
        arrays.addAll(a.arrays());
        arrays.addAll(b.arrays());
        Correction correction = new Correction(a.columns(), a.precision());
        // Half bytes give an odd number of rows only up to the next even one, so the correction gives it.
        return Optional.of(new CompressedMatrix(
                rounded.name(),
                a.rows(),
                b.columns(),
                new Storage(OptionalInt.empty(), rounded.precision(), false, Optional.of(correction)),
                arrays));
    }

    private static boolean fit(CompressedMatrix rounded, CompressedMatrix a, CompressedMatrix b) {
        boolean rows = a.rows() == rounded.rows() || a.rows() == rounded.rows() - 1;
        boolean stored = a.precision().equals(b.precision())
                && (a.precision().format() == Precision.Format.INT8
                        || a.precision().format() == Precision.Format.BFLOAT16);
        return rows
                && stored
                && b.columns() == rounded.columns()
                && a.columns() == b.rows()
                && a.columns() <= Math.min(a.rows(), b.columns())
                && rounded.precision().quantized()
                && !rounded.table();
    }
}
