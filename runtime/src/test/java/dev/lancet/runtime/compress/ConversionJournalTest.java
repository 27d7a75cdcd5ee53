package dev.lancet.runtime.compress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.ResumableFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionJournalTest {

    @TempDir
    Path folder;

    @Test
    void a_process_that_continues_knows_errors_methods_and_singular_values() {
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
            ConversionJournal begun = new ConversionJournal(open.journal(), plan);
            begun.add("h.0.mlp.up", Optional.of(cut));
            begun.add("h.0.mlp.down", Optional.of(rounded));

            ConversionJournal continued = new ConversionJournal(open.journal(), plan);
            assertThat(continued.count()).isEqualTo(2);
            assertThat(continued.losses()).containsExactly(cut, rounded);
        }
    }
}
