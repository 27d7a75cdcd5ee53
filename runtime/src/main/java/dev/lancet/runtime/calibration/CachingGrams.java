package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures, and writes what it measured into a cache. What cannot be written, or is too large, is not kept; that never disturbs
 * the work.
 */
final class CachingGrams implements GramSource {

    private final CalibrationCache cache;
    private final Path file;
    private final String fingerprint;
    private final GramSource measuring;

    CachingGrams(CalibrationCache cache, Path file, String fingerprint, GramSource measuring) {
        this.cache = cache;
        this.file = file;
        this.fingerprint = fingerprint;
        this.measuring = measuring;
    }

    @Override
    public List<List<String>> parts() {
        return measuring.parts();
    }

    @Override
    public void read(Reader reader) {
        Keeping keeping = new Keeping();
        try {
            List<List<String>> passed = new ArrayList<>();
            new ObservedGrams(measuring, (matrices, grams) -> {
                        passed.add(matrices);
                        keeping.add(matrices, grams);
                    })
                    .read(reader);
            // A compression that is continued leaves out parts that it needs no more.
            passed.removeIf(List::isEmpty);
            if (passed.equals(parts().stream().filter(part -> !part.isEmpty()).toList())) {
                keeping.finish();
            }
        } finally {
            keeping.close();
        }
    }

    /** The file while it is written; given up at the first error. */
    private final class Keeping {

        private Optional<GramFileWriter> writer = Optional.empty();
        private boolean stopped;

        void add(List<String> matrices, GramMatrices grams) {
            if (stopped) {
                return;
            }
            attempt(() -> {
                if (writer.isEmpty()) {
                    writer = Optional.of(new GramFileWriter(file));
                }
                writer.get().add(matrices, grams);
                if (!cache.takes(writer.get().bytes())) {
                    stop("the Gram matrices take more bytes than the cache may have");
                }
            });
        }

        void finish() {
            if (writer.isPresent()) {
                attempt(() -> {
                    writer.get().finish(fingerprint, CachedCalibration.today());
                    cache.trim();
                });
            }
        }

        private void attempt(Runnable writing) {
            try {
                writing.run();
            } catch (LancetException wrong) {
                stop(wrong.getMessage());
            }
        }

        private void stop(@Nullable String why) {
            cache.tell("calibration: not kept: " + why);
            stopped = true;
            close();
        }

        void close() {
            writer.ifPresent(GramFileWriter::close);
            writer = Optional.empty();
        }
    }
}
