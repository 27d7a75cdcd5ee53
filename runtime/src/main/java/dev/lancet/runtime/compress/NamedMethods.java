package dev.lancet.runtime.compress;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import java.util.List;

/** The methods that the clauses of a compression name. */
record NamedMethods(Compression compression) {

    /** The methods of the clause that decides a weight; none if it names none. */
    List<CompressionMethod> of(Weight weight) {
        return compression
                .decisive(weight)
                .map(clause -> clause.treatment().methods())
                .orElse(List.of());
    }

    /** Without calibration, no clause may name a method that needs it. */
    void requireUncalibrated() {
        for (Compression.Clause clause : compression.clauses()) {
            for (CompressionMethod method : clause.treatment().methods()) {
                if (method.calibrated()) {
                    throw new LancetException("calibrate: " + clause + " needs the inputs of the layers; give"
                            + " calibration data with --calibrate FILE, or leave out " + method);
                }
            }
        }
    }
}
