package dev.lancet.runtime.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionJournalTest {

    @TempDir
    Path folder;

    @Test
    void a_process_that_continues_knows_errors_methods_and_singular_values() throws IOException {
        List<Weight> weights = List.of(
                new Weight("h.0.mlp.up", Role.UP, 0, 8, 16),
                new Weight("h.0.mlp.down", Role.DOWN, 0, 16, 8),
                new Weight("h.0.attn.q", Role.QUERY, 0, 8, 8));
        Plan plan = Plan.dense("tiny", weights);
        Fidelity cut = new Fidelity(
                "h.0.mlp.up",
                0.25,
                OptionalDouble.of(0.125),
                List.of(CompressionMethod.WHITENED),
                1.5,
                Optional.of(new TruncatedSpectrum(
                        2,
                        8,
                        Optional.empty(),
                        Optional.of(new TruncatedSpectrum.Curve(
                                List.of(new TruncatedSpectrum.Value(1, 1), new TruncatedSpectrum.Value(8, 1e-9)),
                                0.9)))));
        Fidelity rounded = new Fidelity("h.0.mlp.down", 0.01, 0.5);
        try (ResumableFolder open = ResumableFolder.open(folder.resolve("out"), "work")) {
            try (SafetensorsWriter arrays = arrays(plan)) {
                ConversionJournal begun = new ConversionJournal(open.journal(), plan, arrays);
                write(arrays, plan, 0);
                begun.add("h.0.mlp.up", Optional.of(cut));
                write(arrays, plan, 1);
                begun.add("h.0.mlp.down", Optional.of(rounded));
                write(arrays, plan, 2);
                begun.add("h.0.attn.q", Optional.empty());
                arrays.finish();
            }
            try (SafetensorsWriter arrays = arrays(plan)) {
                ConversionJournal continued = new ConversionJournal(open.journal(), plan, arrays);
                assertThat(continued.damaged()).isEmpty();
                assertThat(continued.count()).isEqualTo(3);
                assertThat(continued.losses()).containsExactly(cut, rounded);
                arrays.finish();
            }
            flip(Safetensors.open(file()).tensor("h.0.mlp.down").offset() + 17);
            try (SafetensorsWriter arrays = arrays(plan)) {
                ConversionJournal continued = new ConversionJournal(open.journal(), plan, arrays);
                assertThat(continued.damaged()).hasValue("h.0.mlp.down");
                assertThat(continued.losses()).containsExactly(cut);
                assertThat(open.journal().lines()).hasSize(1);
            }
        }
    }

    private Path file() {
        return folder.resolve("arrays.safetensors");
    }

    private SafetensorsWriter arrays(Plan plan) {
        return SafetensorsWriter.resume(file(), file(), Map.of(), plan.arrays());
    }

    private static void write(SafetensorsWriter arrays, Plan plan, int step) {
        float[] values = new float[128];
        Arrays.fill(values, step + 0.5f);
        plan.steps().get(step).matrices().stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .forEach(array -> arrays.accept(HostTensor.of(array, Arrays.copyOf(values, (int) array.elements()))));
    }

    private void flip(long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file());
        bytes[(int) at] ^= 4;
        Files.write(file(), bytes);
    }
}
