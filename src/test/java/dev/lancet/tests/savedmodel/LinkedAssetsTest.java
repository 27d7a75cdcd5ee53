package dev.lancet.tests.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A SavedModel of a stranger whose files are links, pipes or devices. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkedAssetsTest {

    @TempDir
    private Path folder;

    private Path assets = Path.of("");

    @BeforeEach
    void make_a_model() throws IOException {
        assets = Files.createDirectories(folder.resolve("model/assets"));
        Files.writeString(assets.resolve("vocabulary.txt"), "a\nb\n");
    }

    @Test
    void a_file_outside_is_not_copied_into_the_output() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        link(assets.resolve("words"), secret);

        refused("words: is a link that leads out of");
    }

    @Test
    void neither_a_folder_of_assets_that_is_a_link() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("secret"), "secret");
        Files.delete(assets.resolve("vocabulary.txt"));
        Files.delete(assets);
        link(assets, elsewhere);

        refused("assets: is a link that leads out of");
    }

    @Test
    void a_device_and_a_pipe_are_not_read() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/dev/zero")), "this system has no /dev/zero");
        Path endless = assets.resolve("endless");
        link(endless, Path.of("/dev/zero"));
        refused("endless: is no plain file but a pipe or a device");
        Files.delete(endless);

        Path pipe = assets.resolve("pipe");
        assumeTrue(
                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0,
                "this system makes no named pipes");
        refused("pipe: is no plain file but a pipe or a device");

        Files.move(pipe, folder.resolve("model/" + SavedModelFolder.FILE));
        assertThatThrownBy(() -> SavedModelFolder.read(folder.resolve("model")))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("is no plain file but a pipe or a device");
    }

    private void refused(String why) {
        Path out = folder.resolve("out");
        assertThatThrownBy(() -> SavedModelWriter.create(out, Optional.of(folder.resolve("model")))
                        .close())
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(why);
        assertThat(out).doesNotExist();
    }

    private static void link(Path link, Path to) throws IOException {
        try {
            Files.createSymbolicLink(link, to);
        } catch (UnsupportedOperationException refused) {
            assumeTrue(false, "this system makes no symbolic links: " + refused);
        }
    }
}
