package dev.lancet.runtime.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFingerprintTest {

    @TempDir
    Path folder;

    @Test
    void it_hashes_names_sizes_and_contents_in_the_order_of_names() throws IOException, NoSuchAlgorithmException {
        Path model = model("one", "weights");

        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest("a/b.txt\n7\nweightsconfig.json\n2\n{}".getBytes(StandardCharsets.UTF_8));
        assertThat(InputFingerprint.of(model))
                .isEqualTo("SHA-256 " + HexFormat.of().formatHex(hash));
    }

    @Test
    void it_depends_on_the_content_alone() throws IOException {
        Path one = model("one", "weights");
        Path same = model("elsewhere", "weights");
        Files.setLastModifiedTime(same.resolve("config.json"), FileTime.fromMillis(0));

        assertThat(InputFingerprint.of(same)).isEqualTo(InputFingerprint.of(one));
        assertThat(InputFingerprint.of(model("other", "weighty"))).isNotEqualTo(InputFingerprint.of(one));
    }

    private Path model(String name, String content) throws IOException {
        Path model = folder.resolve(name);
        Files.createDirectories(model.resolve("a"));
        Files.writeString(model.resolve("a/b.txt"), content);
        Files.writeString(model.resolve("config.json"), "{}");
        return model;
    }
}
