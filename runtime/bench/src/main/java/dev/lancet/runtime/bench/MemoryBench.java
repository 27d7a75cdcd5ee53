package dev.lancet.runtime.bench;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.memory.ResidentMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how much memory a running model takes, in float32 and quantized. Each form is saved, then opened and run by
 * its own JVM, see {@link MemoryBenchProcess}.
 */
public final class MemoryBench {

    /** A LLaMA-style decoder of 110,119,680 parameters: 12 layers, width 768, feed-forward 2048, vocabulary 16,384. */
    public static final Transformer MODEL = Preset.llama("bench-memory", 12, 768, 12, 2048, 16_384);

    private static final List<Precision> PRECISIONS =
            List.of(Precision.float32(), Precision.int8(), Precision.int4(32));

    private MemoryBench() {}

    /**
     * Measures all forms.
     *
     * @throws LancetException if the system does not report the memory of a process, or if a run fails
     */
    public static MemoryComparison run(Transformer transformer, Progress progress) {
        if (ResidentMemory.here().isEmpty()) {
            throw cannotBeMeasured();
        }
        try (TemporaryFolder folder = TemporaryFolder.create("lancet-bench")) {
            return run(transformer, folder.path(), progress);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    private static MemoryComparison run(Transformer transformer, Path folder, Progress progress) throws IOException {
        try (Progress.Task task = progress.begin("memory", 2L * PRECISIONS.size())) {
            save(transformer, folder, task);
            List<MemoryComparison.Row> rows = new ArrayList<>();
            for (Precision precision : PRECISIONS) {
                rows.add(FreshJvm.run(precision.toString(), folder.resolve(precision.toString()), folder));
                task.advance(PRECISIONS.size() + rows.size(), precision + " run");
            }
            return new MemoryComparison(transformer.parameters(), rows);
        }
    }

    private static void save(Transformer transformer, Path folder, Progress.Task task) {
        try (Model dense = Model.create(transformer, BenchmarkCase.SEED)) {
            for (Precision precision : PRECISIONS) {
                Compression compression = Compression.keepAll();
                if (precision.narrow()) {
                    compression = compression.on(Selector.everything()).quantize(precision);
                }
                try (Model saved = dense.compress(compression)) {
                    saved.save(folder.resolve(precision.toString()));
                }
                task.advance(PRECISIONS.indexOf(precision) + 1L, precision + " saved");
            }
        }
    }

    static LancetException cannotBeMeasured() {
        return new LancetException("memory: cannot be measured, because this system has no /proc/self/status with"
                + " VmRSS; run the benchmark on Linux");
    }
}
