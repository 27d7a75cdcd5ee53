package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationCacheTest {

    private static final GramMatrices GRAMS =
            GramMatrices.of(Map.of("up", GramMatrix.of(2, 4, new double[] {1, 2, 2, 3})));

    @TempDir
    private Path folder;

    @Test
    void what_was_used_longest_ago_is_removed_and_files_of_others_stay() throws IOException {
        Path old = file("a".repeat(32) + ".grams", 600, 1_000);
        Path middle = file("b".repeat(32) + ".losses", 300, 2_000);
        Path recent = file("c".repeat(32) + ".grams", 600, 3_000);
        Path foreign = file("thesis.grams", 5_000, 0);
        CalibrationCache.in(folder, line -> {}, 1_000).trim();
        assertThat(old).doesNotExist();
        assertThat(List.of(middle, recent, foreign)).allMatch(Files::exists);
    }

    private Path file(String name, int bytes, long modified) throws IOException {
        Path file = Files.write(folder.resolve(name), new byte[bytes]);
        return Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
    }

    @Test
    void losses_come_back_exactly_and_a_damaged_file_says_why_it_is_not_read() throws IOException {
        Path file = folder.resolve("kept.losses");
        MeasuredLosses losses = MeasuredLosses.none();
        assertThat(losses.grown()).isFalse();
        losses.add("up", 0.1 + 0.2, Map.of("int8", Double.MIN_VALUE, "int4(32)", 1 / 3.0, "broken", Double.NaN));
        losses.add("down", Double.NaN, Map.of("int8", 1.0));
        losses.write(file, "here", "2026-01-02");

        MeasuredLosses read = MeasuredLosses.read(file, "here");
        assertThat(read.measured()).isEqualTo("2026-01-02");
        assertThat(read.sensitivity("up")).hasValue(0.1 + 0.2);
        assertThat(read.loss("up", "int8")).hasValue(Double.MIN_VALUE);
        assertThat(read.loss("up", "int4(32)")).hasValue(1 / 3.0);
        assertThat(read.loss("up", "broken")).isEmpty();
        assertThat(read.sensitivity("down")).isEmpty();
        read.add("up", 0.1 + 0.2, Map.of("int8", Double.MIN_VALUE));
        assertThat(read.grown()).isFalse();

        assertThat(reason(file, "elsewhere")).isEqualTo("it is of another calibration");
        Files.writeString(file, Files.readString(file).replace("0.33", "0.34"));
        assertThat(reason(file, "here")).isEqualTo("its checksum is wrong");
        Files.writeString(file, "");
        assertThat(reason(file, "here")).isEqualTo("its checksum is wrong");
    }

    private static String reason(Path file, String fingerprint) {
        try {
            MeasuredLosses.read(file, fingerprint);
            return "";
        } catch (IOException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    @Test
    void where_nothing_can_be_written_the_work_goes_on_and_a_line_says_so() throws IOException {
        List<String> told = new ArrayList<>();
        Path occupied = Files.writeString(folder.resolve("file"), "not a folder");
        CalibrationCache cache = CalibrationCache.in(occupied.resolve("cache"), told::add);
        List<List<String>> read = new ArrayList<>();
        GramSource measuring = new MeasuredGrams(List.of(List.of("up")), GRAMS);
        new CachingGrams(cache, cache.file("here", "grams"), "here", measuring)
                .read((matrices, grams) -> read.add(matrices));
        assertThat(read).containsExactly(List.of("up"));
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("calibration: not kept: ")
                .contains("cannot be written");
    }

    @Test
    void a_measurement_that_fails_leaves_no_file() {
        CalibrationCache cache = CalibrationCache.in(folder, line -> {});
        Path file = cache.file("here", "grams");
        GramSource measuring = new MeasuredGrams(List.of(List.of("up"), List.of("down")), GRAMS);
        try {
            new CachingGrams(cache, file, "here", measuring).read((matrices, grams) -> {
                if (matrices.contains("down")) {
                    throw new LancetException("stopped");
                }
            });
        } catch (LancetException expected) {
            assertThat(expected).hasMessage("stopped");
        }
        assertThat(folder).isEmptyDirectory();
    }
}
