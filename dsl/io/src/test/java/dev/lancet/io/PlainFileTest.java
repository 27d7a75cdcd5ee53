package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainFileTest {

    @TempDir
    private Path folder;

    @Test
    void a_link_out_of_the_folder_is_refused_and_a_link_inside_it_is_followed() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("there.json"), "{}");
        link(model.resolve("out.json"), secret);
        link(model.resolve("in.json"), Path.of("there.json"));

        assertThat(PlainFile.inside(model, "in.json")).hasContent("{}");
        assertThat(PlainFile.inside(model, "missing.json")).doesNotExist();
        assertThatThrownBy(() -> PlainFile.inside(model, "out.json"))
                .isInstanceOf(LancetException.class)
                .hasMessage(model.resolve("out.json") + ": is a link that leads out of " + model
                        + "; copy the file to its place if you trust it");
    }

    @Test
    void the_links_of_a_cache_of_hugging_face_are_followed() throws IOException {
        Path blob = Files.writeString(
                Files.createDirectories(folder.resolve("models--a/blobs")).resolve("12ab"), "{}");
        Path revision = Files.createDirectories(folder.resolve("models--a/snapshots/7f"));
        link(revision.resolve("config.json"), Path.of("../../blobs").resolve(blob.getFileName()));

        assertThat(PlainFile.inside(revision, "config.json")).hasContent("{}");
    }

    @Test
    void a_device_and_a_folder_are_no_files() throws IOException {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "this system has no /dev/zero");

        assertThatThrownBy(() -> PlainFile.read(device, 100))
                .isInstanceOf(LancetException.class)
                .hasMessage("/dev/zero: is no plain file but a pipe or a device; name a file");
        assertThatThrownBy(() -> PlainFile.require(folder)).hasMessage(folder + ": is a folder; name a file");
        Path file = Files.writeString(folder.resolve("file"), "12345");
        assertThatThrownBy(() -> PlainFile.read(file, 4)).hasMessageContaining("has 5 bytes, above the limit of 4");
    }

    @Test
    void a_folder_with_a_link_to_elsewhere_or_a_device_is_not_copied() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
        Path assets = Files.createDirectories(folder.resolve("model/assets"));
        Files.writeString(assets.resolve("words.txt"), "a");
        link(assets.resolve("own.txt"), Path.of("words.txt"));
        try (AtomicFolder copy = AtomicFolder.create(folder.resolve("good"))) {
            copy.copy(assets);
            copy.finish();
        }
        assertThat(folder.resolve("good/assets/own.txt")).hasContent("a");

        link(assets.resolve("passwords"), secret);
        try (AtomicFolder copy = AtomicFolder.create(folder.resolve("bad"))) {
            assertThatThrownBy(() -> copy.copy(assets))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("passwords: is a link that leads out of");
        }
        assertThat(folder.resolve("bad")).doesNotExist();
    }

    private static void link(Path link, Path to) throws IOException {
        try {
            Files.createSymbolicLink(link, to);
        } catch (UnsupportedOperationException | IOException refused) {
            assumeTrue(false, "this system makes no symbolic links: " + refused);
        }
    }
}
