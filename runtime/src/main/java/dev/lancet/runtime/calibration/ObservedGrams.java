package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A source whose parts are also shown to a watcher, before the reader receives them.
 *
 * @param watcher receives the names of the matrices of a part, and their Gram matrices
 */
record ObservedGrams(GramSource source, BiConsumer<List<String>, GramMatrices> watcher) implements GramSource {

    @Override
    public List<List<String>> parts() {
        return source.parts();
    }

    @Override
    public boolean sequential() {
        return source.sequential();
    }

    @Override
    public void read(Reader reader) {
        source.read(new Reader() {
            @Override
            public boolean needs(List<String> matrices) {
                return reader.needs(matrices);
            }

            @Override
            public void accept(List<String> matrices, GramMatrices grams) {
                watcher.accept(matrices, grams);
                reader.accept(matrices, grams);
            }

            @Override
            public ConvertedPart converted() {
                return reader.converted();
            }
        });
    }
}
