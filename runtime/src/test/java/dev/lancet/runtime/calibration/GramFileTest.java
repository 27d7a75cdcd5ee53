package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gram matrices in a file come back bit for bit; a file that is damaged or hostile is refused with the reason. */
class GramFileTest {

    private static final Plan PLAN = Plan.dense(
            "two",
            List.of(
                    new Weight("up", Role.UP, 0, 3, 5),
                    new Weight("gate", Role.GATE, 0, 3, 5),
                    new Weight("down", Role.DOWN, 0, 5, 3)));

    private static final double[] THREE = {1, 2, 3, 2, Math.PI, 5, 3, 5, 1e-300};

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void write() {
        file = folder.resolve("kept.grams");
        try (GramFileWriter writer = new GramFileWriter(file)) {
            GramMatrix shared = GramMatrix.of(3, 7, THREE.clone());
            writer.add(List.of("up", "gate"), GramMatrices.of(Map.of("up", shared, "gate", shared.transposed(false))));
            writer.add(List.of("down"), GramMatrices.of(Map.of("down", GramMatrix.of(3, 9, THREE.clone(), true))));
            writer.finish("here", "2026-01-02");
        }
    }

    @Test
    void what_is_kept_comes_back_bit_for_bit_and_shared_sums_are_kept_once() throws IOException {
        GramFile kept = GramFile.open(file, "here", PLAN);
        assertThat(kept.measured()).isEqualTo("2026-01-02");
        assertThat(kept.of("gate").orElseThrow().sums())
                .containsExactly(THREE)
                .isSameAs(kept.of("up").orElseThrow().sums());
        assertThat(kept.of("up").orElseThrow().rows()).isEqualTo(7);
        assertThat(kept.of("down").orElseThrow().transposed()).isTrue();
        assertThat(kept.of("embedding")).isEmpty();
        assertThat(Files.size(file)).isLessThan(2 * 6 * 8 + 500);
    }

    @Test
    void the_measurements_of_another_calibration_are_refused() {
        refused("it is of another calibration", "elsewhere");
    }

    @Test
    void any_changed_byte_is_noticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            refused("its checksum is wrong", "here");
        }
    }

    @Test
    void a_file_that_is_cut_off_is_noticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 20, 60, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GramFile.open(file, "here", PLAN)).isInstanceOf(IOException.class);
        }
    }

    /** The checksum of these files is right, so only the bounds protect. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":46340,\"rows\":1}],\"layers\":[]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":9223372036854775807,\"rows\":1}],\"layers\":[]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":-3,\"rows\":1}],\"layers\":[]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":2,\"rows\":1}],\"layers\":[]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":3,\"rows\":-1}],\"layers\":[]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":3,\"rows\":1}],\"layers\":[{\"weight\":\"up\",\"sums\":1}]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":3,\"rows\":1}],\"layers\":[{\"weight\":\"x\",\"sums\":0}]}",
                "{\"fingerprint\":\"here\",\"sums\":[{\"width\":3,\"rows\":1}],\"layers\":[{\"weight\":\"down\",\"sums\":0}]}",
                "{\"fingerprint\":\"here\"",
                "[[[["
            })
    void an_index_that_does_not_fit_the_file_or_the_model_is_refused(String index) throws IOException {
        byte[] json = index.getBytes(StandardCharsets.UTF_8);
        byte[] magic = GramFile.MAGIC.getBytes(StandardCharsets.UTF_8);
        ByteBuffer content =
                ByteBuffer.allocate(magic.length + 6 * 8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        content.put(magic).put(new byte[6 * 8]).put(json).putLong(json.length);
        byte[] hash = HexFormat.of().parseHex(Sha256.of(content.array()));
        Files.write(file, content.array());
        Files.write(file, hash, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> GramFile.open(file, "here", PLAN)).isInstanceOf(IOException.class);
    }

    private void refused(String reason, String fingerprint) {
        assertThatThrownBy(() -> GramFile.open(file, fingerprint, PLAN))
                .isInstanceOf(IOException.class)
                .hasMessage(reason);
    }
}
