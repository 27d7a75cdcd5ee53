package dev.lancet.cli;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class VerifyCommandTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";

    @TempDir
    private Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void save() {
        model = folder.resolve("model");
        Transformer tiny = Transformer.decoder("tiny")
                .vocabulary(256)
                .context(16)
                .width(16)
                .layers(1)
                .attention(heads(2))
                .feedForward(swiglu(32))
                .build();
        try (Model saved = Model.create(tiny, 1)) {
            saved.save(model);
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void a_whole_model_verifies() {
        JsonNode json = lancet("verify", model.toString(), "--json").json();
        assertThat(json.get("intact")).hasSize(2);
        assertThat(json.get("damaged")).isEmpty();
        assertThat(json.get("without_checksum").toString()).contains("lancet.json");
        assertThat(lancet("verify", model.toString()).out())
                .contains("2 files equal their checksums, 0 differ, 1 have none");
    }

    @Test
    void a_flipped_bit_is_found_by_verify_and_stops_a_perplexity() throws IOException {
        Path arrays = model.resolve("model.safetensors");
        flip(arrays);
        Ran verified = lancet("verify", model.toString());
        assertThat(verified.status()).isEqualTo(1);
        assertThat(verified.out()).contains("differs  " + arrays + ": has the SHA-256 ");
        assertThat(verified.err())
                .isEqualTo("error: verify: " + arrays + " differs from its checksum; write the files again, or get them"
                        + " again\n");
        Path text = Files.writeString(folder.resolve("text.txt"), "prices rose. ".repeat(20));
        Ran measured = lancet("evaluate", model.toString(), "--text", text.toString(), "--quiet");
        assertThat(measured.status()).isEqualTo(1);
        assertThat(measured.err())
                .startsWith("error: " + arrays + ": the checksum of '")
                .endsWith("' is wrong; the file has changed since it was written, so write or get it again\n");
        System.setProperty("lancet.verify", "false");
        try {
            assertThat(lancet("evaluate", model.toString(), "--text", text.toString(), "--quiet")
                            .status())
                    .isZero();
        } finally {
            System.clearProperty("lancet.verify");
        }
    }

    @Test
    void damaged_token_files_are_found_and_not_trained_on() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "prices rose. ".repeat(20));
        Path corpora = folder.resolve("corpora");
        String[] read = {"corpus", text.toString(), "--out", corpora.toString(), "--quiet"};
        assertThat(lancet(read).status()).isZero();
        assertThat(lancet("verify", corpora.toString()).status()).isZero();
        Path ids;
        try (var files = Files.walk(corpora)) {
            ids = files.filter(file -> file.toString().endsWith("training-0.ids"))
                    .findFirst()
                    .orElseThrow();
        }
        flip(ids);
        assertThat(lancet("verify", corpora.toString()).err()).contains(ids + " differs");
        assertThat(lancet(read).err())
                .isEqualTo("error: tokens: " + ids + " has changed since it was written; remove its folder, and Lancet"
                        + " makes it again\n");
        Path manifest = ids.resolveSibling("corpus.json");
        Files.writeString(manifest, Files.readString(manifest).replaceAll("(\"fingerprint\" : )\"[^\"]*\"", "$1null"));
        assertThat(lancet(read).err()).startsWith("error: tokens: ").contains("belongs to another corpus");
    }

    @Test
    void a_saved_model_has_checksums_of_its_variables() {
        Ran ran = lancet("verify", FIXTURES + "dense-mlp-savedmodel/saved_model");
        assertThat(ran.err() + ran.out()).contains("files equal their checksums");
    }

    @Test
    void a_path_that_is_not_there() {
        assertThat(lancet("verify", folder.resolve("none").toString()).err())
                .isEqualTo("error: verify: " + folder.resolve("none") + "; there is no such file or folder\n");
    }
}
