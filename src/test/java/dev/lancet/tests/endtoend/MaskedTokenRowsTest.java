package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.io.Progress;
import dev.lancet.runtime.CalibrationRows;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts as rows for an encoder, for which positions that fill up a row count or not. */
class MaskedTokenRowsTest {

    private static final Path ENCODERS = Path.of("src/test/resources/fixtures/hf-encoders-tiny");

    @TempDir
    private Path folder;

    private Examples rows(String encoder) throws IOException {
        Path model = Files.createDirectories(folder.resolve(encoder));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(ENCODERS.resolve(encoder).resolve(file), model.resolve(file));
        }
        Files.copy(ENCODERS.resolve("bert/tokenizer.json"), model.resolve("tokenizer.json"));
        Path texts = Files.writeString(
                folder.resolve(encoder + ".txt"), "the bank\nthe bank rose and fell\nthe central bank rose and fell\n");
        return new CalibrationRows(DeclaredSource.of(Checkpoint.open(model)), OptionalInt.empty())
                .read(texts, Optional.empty(), Progress.silent());
    }

    @Test
    void scores_of_tokens_are_measured_on_rows_that_nothing_fills_up() throws IOException {
        // With the ids around a text they have 4, 7 and 8 tokens: the median is 7.
        assertThat(rows("bert-masked").ids("attention_mask")).hasSize(2 * 7).containsOnly(1);
    }

    @Test
    void a_vector_of_a_text_is_measured_on_the_whole_text() throws IOException {
        assertThat(rows("bert").ids("attention_mask")).hasSize(3 * 8).contains(0);
    }
}
