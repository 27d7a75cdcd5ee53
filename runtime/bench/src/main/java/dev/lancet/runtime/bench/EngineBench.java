package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Progress;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures a model in files as an engine runs it, in a JVM of its own on the processor: how long it takes to load, to read a
 * prompt and to generate a token, and how much memory the process takes.
 */
public final class EngineBench {

    private final Engine engine;
    private final int steps;
    private final Progress progress;

    /** What runs a model. */
    public enum Engine {
        /** TensorFlow. */
        TENSORFLOW,
        /** ONNX Runtime. */
        ONNX;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param steps how many tokens to time */
    public EngineBench(Engine engine, int steps, Progress progress) {
        this.engine = engine;
        this.steps = steps;
        this.progress = progress;
        if (steps < 1) {
            throw new IllegalArgumentException("--steps: " + steps + "; at least 1 is needed");
        }
    }

    /** Measures a model of random weights. */
    public BenchmarkResult run(BenchmarkCase benchmark) {
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-bench")) {
            Path folder = scratch.path().resolve("generated");
            Map<String, Object> fields = BenchmarkResult.begin("generate", benchmark);
            try (Model model = Model.create(benchmark.preset().transformer(), benchmark.plan(), BenchmarkCase.SEED)) {
                fields.put("params", model.parameters());
                model.save(folder);
            }
            return run(folder, scratch.path(), fields);
        }
    }

    /**
     * Measures a model in a folder.
     *
     * @param folder what {@link Model#open(Path)} opens or, for ONNX Runtime, what {@link OnnxExport} wrote
     */
    public BenchmarkResult run(Path folder) {
        try (TemporaryFolder scratch = TemporaryFolder.create("lancet-bench")) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("bench", "generate");
            fields.put("model", folder.toString());
            fields.put("threads", Runtime.getRuntime().availableProcessors());
            fields.put("steps", steps);
            return run(folder, scratch.path(), fields);
        }
    }

    private BenchmarkResult run(Path given, Path scratch, Map<String, Object> fields) {
        if (ResidentMemory.here().isEmpty()) {
            throw MemoryBench.cannotBeMeasured();
        }
        Path folder = engine == Engine.ONNX ? exported(given, scratch.resolve("exported")) : given;
        fields.put("engine", engine.toString());
        fields.put("file_bytes", bytes(folder));
        List<String> arguments = List.of(engine.name(), folder.toString(), Integer.toString(steps));
        String last = FreshJvm.lastLine(
                "bench: running " + engine, EngineBenchProcess.class, arguments, scratch.resolve("errors.txt"));
        if (last.startsWith(EngineBenchProcess.REFUSED)) {
            throw new LancetException(last.substring(EngineBenchProcess.REFUSED.length()));
        }
        String[] words = last.split(" ", -1);
        if (words.length != 12 || !words[0].equals("load")) {
            throw FreshJvm.noMeasurement("bench: running " + engine, last);
        }
        fields.put("load_ms", rounded(words[1], 0));
        fields.put("prompt", Integer.valueOf(words[3]));
        fields.put("prefill_ms", rounded(words[5], 1));
        fields.put("ms_per_step", rounded(words[7], 2));
        fields.put("ms_min", rounded(words[9], 2));
        fields.put("tokens_per_s", BenchmarkResult.rounded(1e3 / Double.parseDouble(words[7]), 1));
        fields.put("peak_rss_mb", Long.parseLong(words[11]) >> 20);
        return new BenchmarkResult(fields);
    }

    private static double rounded(String value, int digits) {
        return BenchmarkResult.rounded(Double.parseDouble(value), digits);
    }

    /** The folder itself if it is exported, otherwise its export. */
    private Path exported(Path folder, Path target) {
        if (OnnxModel.exported(folder)) {
            return folder;
        }
        OnnxExport.of(Checkpoint.open(folder), false, progress).write(target);
        return target;
    }

    /** The bytes of the files in a folder. */
    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException wrong) {
            throw IoErrors.reading(folder, wrong);
        }
    }
}
