package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.plan.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the Gram matrices of a model's layers come from. They come part by part, in the order in which the model computes, so
 * that those of the whole model need not be in memory together.
 */
public interface GramSource {

    /** The names of the matrices of each part; every matrix of the model is in one part. */
    List<List<String>> parts();

    /** Passes on the parts, one after the other. */
    void read(Reader reader);

    /** Receives the parts. */
    interface Reader {

        /** Whether the Gram matrices of these matrices are needed; if not, the part is not passed on. */
        default boolean needs(List<String> matrices) {
            return true;
        }

        /**
         * Receives a part. Its Gram matrices may be given up when this returns.
         *
         * @param matrices the names of the matrices of the part
         * @param grams of their inputs
         */
        void accept(List<String> matrices, GramMatrices grams);

        /** The part that was received last in its new form. Only a {@link #sequential} source asks for it. */
        default ConvertedPart converted() {
            throw new IllegalStateException("grams: this reader converts nothing");
        }
    }

    /** Whether each part sees what the converted parts before it compute, instead of what the original ones compute. */
    default boolean sequential() {
        return false;
    }

    /** All Gram matrices, in memory. */
    default GramMatrices all() {
        Map<String, GramMatrix> all = new LinkedHashMap<>();
        read((matrices, grams) -> matrices.forEach(name -> grams.of(name).ifPresent(gram -> all.put(name, gram))));
        return GramMatrices.of(all);
    }

    /** Gram matrices that are known, with all matrices of a plan in one part. */
    static GramSource of(Plan plan, GramMatrices grams) {
        return new MeasuredGrams(
                List.of(plan.steps().stream().map(step -> step.weight().name()).toList()), grams);
    }
}
