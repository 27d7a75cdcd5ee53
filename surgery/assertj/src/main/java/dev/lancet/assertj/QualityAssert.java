package dev.lancet.assertj;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.comparison.ComparisonData;
import dev.lancet.surgery.comparison.ModelComparison;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * A demand on the quality of a smaller model: {@link #against} names the original, {@link Against#on} the data, and then it
 * is measured. It runs TensorFlow, so it needs {@code dev.lancet:lancet-runtime} on the class path of the tests.
 *
 * @param <S> the assertion to go on with
 */
public final class QualityAssert<S> {

    private final S self;
    private final Demand demand;
    private final Consumer<String> complain;

    /** Measures, and says what is wrong. */
    interface Demand {
        Optional<String> complaint(ModelComparison comparison, Path original, ComparisonData data);
    }

    QualityAssert(S self, Demand demand, Consumer<String> complain) {
        this.self = self;
        this.demand = demand;
        this.complain = complain;
    }

    /**
     * The model that the smaller one was made from.
     *
     * @param original a SavedModel folder, a frozen graph, or a Lancet or Hugging Face folder
     */
    public Against against(Path original) {
        return new Against(original);
    }

    /** A demand with an original, without data. */
    public final class Against {

        private final Path original;

        private Against(Path original) {
            this.original = original;
        }

        /**
         * Verifies it on the data of a file.
         *
         * @param data for a graph {@code .npz} or {@code .safetensors} with an array for each input; for a language model a
         *     text, or token ids as little-endian int32 ({@code .i32})
         * @throws LancetException if {@code lancet-runtime} is not on the class path, or the data do not fit the models
         */
        public S on(Path data) {
            return on(new ComparisonData.File(data));
        }

        /** Verifies it on token ids, for a language model. */
        public S on(int[] ids) {
            return on(new ComparisonData.Ids(ids));
        }

        /** Verifies it on rows {@code [rows][elements of a row]}, for a graph with one input. */
        public S on(String input, float[][] rows) {
            return on(new ComparisonData.Rows(input, rows));
        }

        private S on(ComparisonData data) {
            ModelComparison comparison = ServiceLoader.load(ModelComparison.class)
                    .findFirst()
                    .orElseThrow(() -> new LancetException(
                            "quality: nothing on the class path runs models; add dev.lancet:lancet-runtime to the"
                                    + " dependencies of the tests"));
            demand.complaint(comparison, original, data).ifPresent(complain);
            return self;
        }
    }
}
