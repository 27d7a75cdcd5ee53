package dev.lancet.runtime.bench;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures how long it takes to compress a model of random weights: factorization, quantization, or both. */
public final class CompressionBench {

    private CompressionBench() {}

    /** Compresses the dense model as many times as the case has steps. */
    public static BenchmarkResult run(BenchmarkCase benchmark, Progress progress) {
        Plan plan = benchmark.plan();
        if (!plan.changes()) {
            throw new IllegalArgumentException("compress: nothing to do; add --rank, --bits or both");
        }
        try (Model dense = Model.create(benchmark.preset().transformer(), BenchmarkCase.SEED)
                .progress(progress)) {
            List<Double> milliseconds = new ArrayList<>();
            for (int step = 0; step < benchmark.steps(); step++) {
                long begin = System.nanoTime();
                dense.compress(plan).close();
                milliseconds.add((System.nanoTime() - begin) / 1e6);
            }
            double first = milliseconds.get(0);
            Timings times = new Timings(milliseconds);
            Map<String, Object> fields = BenchmarkResult.begin("compress", benchmark);
            fields.put("params", plan.parametersAfter());
            fields.put("bytes_before", plan.bytesBefore());
            fields.put("bytes_after", plan.bytesAfter());
            fields.put("first_step_ms", BenchmarkResult.rounded(first, 1));
            fields.put("ms_per_step", BenchmarkResult.rounded(times.median(), 1));
            fields.put("ms_min", BenchmarkResult.rounded(times.least(), 1));
            fields.put("seconds", BenchmarkResult.rounded(times.median() / 1e3, 3));
            fields.put("mb_per_s", BenchmarkResult.rounded(plan.bytesBefore() / times.median() / 1e3, 3));
            return BenchmarkResult.end(fields);
        }
    }
}
