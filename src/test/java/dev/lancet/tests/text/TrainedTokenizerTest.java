package dev.lancet.tests.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.text.LearntTokenizer;
import dev.lancet.runtime.text.TokenizerTraining;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tokenizer learnt here against one learnt by Hugging Face's trainer (tokenizers 0.23.2 for Python) from the same text. */
class TrainedTokenizerTest {

    private static final Path STORIES = Path.of("src/test/resources/fixtures/text-tinystories/tinystories.txt");

    @Test
    void merges_and_ids_are_those_of_hugging_face() throws IOException, GeneralSecurityException {
        String text = Files.readString(STORIES);

        LearntTokenizer learnt = TokenizerTraining.bytePairs(1024).add(text).learn();

        JsonNode merges =
                JsonMapper.shared().readTree(learnt.json()).path("model").path("merges");
        String lines = merges.valueStream()
                .map(merge -> merge.get(0).stringValue() + " " + merge.get(1).stringValue())
                .collect(Collectors.joining("\n"));
        assertThat(merges).hasSize(767);
        assertThat(sha256(lines.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("98e79bc4c4136f11ddd31a597901f7ff63f5c4a253ea6f51d9e4f38164385622");
        int[] ids = learnt.tokenizer().encode(text);
        assertThat(ids).hasSize(64_234).startsWith(418, 349, 12, 259, 382, 410, 506, 773, 560, 259);
        ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length);
        bytes.asIntBuffer().put(ids);
        assertThat(sha256(bytes.array())).isEqualTo("b658ad81f46f7ac582bbd9f564dd07cdf07977e811a937f38ead240f415dad34");
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
