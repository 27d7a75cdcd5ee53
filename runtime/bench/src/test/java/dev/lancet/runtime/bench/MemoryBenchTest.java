package dev.lancet.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MemoryBenchTest {

    private static final MemoryComparison.Row WHOLE = new MemoryComparison.Row("float32", 400, 1000, 1100, 2);

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_model_runs_in_its_own_jvm_which_prints_its_memory() throws Exception {
        Transformer tiny = Preset.llama("tiny", 1, 16, 2, 32, 64);
        Path saved = folder.resolve("tiny");
        try (Model model = Model.create(tiny, 1)) {
            model.save(saved);
        }

        MemoryComparison.Row row = FreshJvm.run("float32", saved, folder);

        assertThat(row.bytes()).isEqualTo(Files.size(saved.resolve("model.safetensors")));
        assertThat(row.resident()).isBetween(50L << 20, row.peak());
        assertThat(row.loss()).isCloseTo(Math.log(64), within(0.5));
        assertThatThrownBy(() -> FreshJvm.run("int8", folder.resolve("nothing"), folder))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("memory: running int8 ended with status 1; its output: ");
    }

    @Test
    void memory_must_shrink_by_half_of_what_the_file_shrinks() {
        MemoryComparison good =
                new MemoryComparison(100, List.of(WHOLE, new MemoryComparison.Row("int8", 100, 850, 900, 2)));
        MemoryComparison bad =
                new MemoryComparison(100, List.of(WHOLE, new MemoryComparison.Row("int8", 100, 851, 900, 2)));

        assertThat(good.complaint()).isEmpty();
        assertThat(good.fields()).containsEntry("holds", true);
        assertThat(bad.complaint()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("memory: running int8 saves only 0.50 of the bytes that its file saves, but must"
                        + " save at least 0.5"));
        assertThat(good.share(good.rows().get(1))).isEqualTo(0.5);
    }
}
