package dev.lancet.runtime.bench;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.memory.ResidentMemory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The program that {@link MemoryBench} starts for each model. It opens a model folder, scores a few windows, and
 * continues a text by a few tokens. On its last line it prints its memory: {@code resident BYTES peak BYTES loss NATS}.
 */
public final class MemoryBenchProcess {

    private static final int WINDOW = 128;
    private static final int WINDOWS = 4;
    private static final int PROMPT = 16;
    private static final int TOKENS = 8;

    private MemoryBenchProcess() {}

    /** Runs the model in a folder. The only argument is the path of the folder. */
    public static void main(String... arguments) {
        System.out.println(run(Path.of(arguments[0])));
    }

    static String run(Path folder) {
        try (Model model = Model.open(folder).on(Device.cpu())) {
            int window = Math.min(WINDOW, model.transformer().context());
            int[] ids = RandomIds.of(model.transformer().vocabulary(), window * WINDOWS, 1);
            double loss = model.evaluate(ids, window).loss();
            int[] prompt = Arrays.copyOf(ids, Math.min(PROMPT, window / 2));
            model.generate(prompt, TOKENS, Sampler.greedy(), OptionalInt.empty(), id -> {});
            ResidentMemory resident = ResidentMemory.here().orElseThrow(MemoryBench::cannotBeMeasured);
            return "resident " + resident.bytes() + " peak " + resident.peak() + " loss " + loss;
        }
    }
}
