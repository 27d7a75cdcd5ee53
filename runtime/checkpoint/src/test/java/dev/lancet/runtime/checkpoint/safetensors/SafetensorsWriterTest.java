package dev.lancet.runtime.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.io.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

    private static final ArraySpec CODES = new ArraySpec("codes", ArraySpec.Type.INT8, List.of(3));
    private static final ArraySpec FLOATS = new ArraySpec("floats", ArraySpec.Type.FLOAT32, List.of(2, 1));

    @TempDir
    private Path folder;

    @Test
    void what_is_written_is_read_back() {
        Path file = folder.resolve("a.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("b", "2", "a", "1"), both())) {
            writer.accept(HostTensor.of(CODES, new byte[] {1, -2, 3}));
            writer.accept(HostTensor.of(FLOATS, new float[] {0.5f, -7}));
            writer.finish();
        }
        Safetensors read = Safetensors.open(file);
        assertThat(read.bytes("codes")).containsExactly(1, -2, 3);
        assertThat(read.floats("floats")).containsExactly(0.5f, -7);
        assertThat(read.metadata()).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThat(read.tensors().get(0).offset() % 8).isZero();
        assertThat(read.tensors()).extracting(SafetensorsEntry::name).containsExactly("floats", "codes");
        assertThat(files()).containsExactly("a.safetensors");
    }

    @Test
    void an_unfinished_file_is_removed() {
        Path file = folder.resolve("a.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of(), both())) {
            writer.accept(HostTensor.of(CODES, new byte[3]));
            assertThat(files()).hasSize(1).noneMatch("a.safetensors"::equals);
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("safetensors: [floats] have not been written yet to " + file);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void an_array_that_was_not_described_is_refused() {
        Path file = folder.resolve("a.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of(), List.of(CODES))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.accept(HostTensor.of(FLOATS, new float[2])))
                    .withMessage("safetensors: floats FLOAT32 [2, 1] is not one of the arrays still to be written to "
                            + file + "; describe each array once and write it once");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void a_file_that_exists_is_left_alone() throws IOException {
        Path file = Files.writeString(folder.resolve("a.safetensors"), "mine");
        assertThatThrownBy(() -> SafetensorsWriter.create(file, Map.of(), both()))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": exists already; choose another path or remove it first");
        assertThat(file).hasContent("mine");
    }

    @Test
    void a_disk_without_room_is_reported_before_writing() {
        Path file = folder.resolve("a.safetensors");
        ArraySpec huge = new ArraySpec("huge", ArraySpec.Type.INT8, List.of(1 << 30, 1 << 30));
        assertThatThrownBy(() -> SafetensorsWriter.create(file, Map.of(), List.of(huge)))
                .isInstanceOf(LancetException.class)
                .hasMessageMatching("\\Q" + file + "\\E: needs 1152921504606846976 bytes, but the disk has only \\d+"
                        + " free; free some or choose another place");
        assertThat(files()).isEmpty();
    }

    @Test
    void a_full_disk_leaves_no_file() {
        Path file = folder.resolve("a.safetensors");
        SafetensorsWriter.Opener full = path -> {
            FileChannel channel = AtomicFile.open(path);
            return new FullDisk(channel, 200);
        };
        ArraySpec big = new ArraySpec("big", ArraySpec.Type.INT8, List.of(1000));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(AtomicFile.create(file), file, Map.of(), List.of(big), full)) {
            assertThatThrownBy(() -> writer.accept(HostTensor.of(big, new byte[1000])))
                    .isInstanceOf(LancetException.class)
                    .hasMessage(file + ": cannot be written: No space left on device; choose a place that is writable"
                            + " and has room");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void a_place_that_is_no_folder() throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "mine");
        Path file = blocked.resolve("a.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.create(file, Map.of(), both()))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": cannot be written: " + blocked
                        + " is in the way; choose a place that is writable and has room");
        assertThat(blocked).hasContent("mine");
    }

    private static List<ArraySpec> both() {
        return List.of(CODES, FLOATS);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException wrong) {
            throw new AssertionError(wrong);
        }
    }
}
