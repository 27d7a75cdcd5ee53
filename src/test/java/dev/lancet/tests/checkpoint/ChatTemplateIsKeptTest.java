package dev.lancet.tests.checkpoint;

import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.text.chat.ChatTemplate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside a tokenizer and belongs to it is in every folder that is made from the model. */
class ChatTemplateIsKeptTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String TEMPLATE = "chat_template.jinja";
    private static final String SETTINGS = "tokenizer_config.json";

    @TempDir
    Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void copy() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(FIXTURES.resolve("hf-gpt2-tiny").resolve(name), model.resolve(name));
        }
        Files.copy(FIXTURES.resolve("tokenizer-gpt2/tokenizer.json"), model.resolve("tokenizer.json"));
        Files.writeString(model.resolve(TEMPLATE), "{{ bos_token }}{{ messages[0].content }}");
        Files.writeString(model.resolve(SETTINGS), "{\"bos_token\": \"<s>\"}");
    }

    private ModelFolder compressed(String name) {
        Path out = folder.resolve(name);
        CompressionJob job = new CompressionJob(DeclaredSource.of(HuggingFace.open(model)), Progress.silent());
        job.write(job.plan(Compression.keepAll().on(linears()).quantize(int8())), out);
        return ModelFolder.open(out);
    }

    @Test
    void a_smaller_model_has_them_with_their_hashes() throws IOException {
        ModelFolder small = compressed("small");
        assertThat(small.manifest().sha256()).containsKeys("tokenizer.json", TEMPLATE, SETTINGS);
        small.verify();
        assertThat(ChatTemplate.find(small.folder())).isPresent();
        assertThat(small.folder().resolve(SETTINGS)).hasSameTextualContentAs(model.resolve(SETTINGS));

        Files.writeString(small.folder().resolve(TEMPLATE), "{{ messages[0].content }}");
        assertThatThrownBy(() -> ModelFolder.open(small.folder()))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith(small.folder().resolve(TEMPLATE) + ": has the SHA-256 ");
    }

    @Test
    void a_hugging_face_folder_that_is_written_has_them_too() {
        var checkpoint = HuggingFace.open(model);
        Path written = folder.resolve("written");
        HuggingFace.write(written, checkpoint.transformer(), checkpoint.weights(), checkpoint.tokenizer());
        assertThat(written.resolve(TEMPLATE)).hasSameTextualContentAs(model.resolve(TEMPLATE));
        assertThat(written.resolve(SETTINGS)).hasSameTextualContentAs(model.resolve(SETTINGS));
    }

    @Test
    void a_model_without_them_has_none() throws IOException {
        Files.delete(model.resolve(TEMPLATE));
        Files.delete(model.resolve(SETTINGS));
        assertThat(compressed("small").manifest().sha256())
                .containsOnlyKeys("model.safetensors", "plan.json", "tokenizer.json");
    }

    @Test
    void one_that_leads_out_of_the_folder_or_is_too_large_is_refused_before_anything_is_written() throws IOException {
        Files.delete(model.resolve(TEMPLATE));
        Files.createSymbolicLink(
                model.resolve(TEMPLATE), Files.writeString(folder.resolve("secret"), "of somebody else"));
        assertThatThrownBy(() -> compressed("small"))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith(model.resolve(TEMPLATE) + ": is a link that leads out of ");
        Files.delete(model.resolve(TEMPLATE));
        try (var large = Files.newByteChannel(
                model.resolve(TEMPLATE), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            large.position(64L << 20).write(ByteBuffer.wrap(new byte[1]));
        }
        assertThatThrownBy(() -> compressed("small"))
                .isInstanceOf(LancetException.class)
                .hasMessage(model.resolve(TEMPLATE) + ": has 67108865 bytes, above the limit of 67108864 for a file"
                        + " beside a tokenizer; move it away if it is not part of the model");
        assertThat(folder.resolve("small")).doesNotExist();
    }
}
