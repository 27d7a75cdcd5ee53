package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Utf8StreamingTest {

    private final Tokenizer bytes = Tokenizer.bytes();

    @Property(tries = 300)
    void text_comes_back_from_its_bytes(@ForAll String text) {
        String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

        assertThat(bytes.decode(bytes.encode(text))).isEqualTo(whole);
    }

    @Property(tries = 300)
    void streamed_text_is_the_whole_text_even_of_broken_bytes(@ForAll byte[] content) {
        int[] ids = new int[content.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = content[i] & 0xff;
        }

        assertThat(stream(ids)).isEqualTo(bytes.decode(ids));
    }

    @Test
    void half_a_character_waits_for_its_other_half() {
        Tokenizer.Streaming streaming = bytes.streaming();

        assertThat(streaming.add(0xe2)).isEmpty();
        assertThat(streaming.add(0x82)).isEmpty();
        assertThat(streaming.add(0xac)).isEqualTo("€");
        assertThat(streaming.add(0xe2)).isEmpty();
        assertThat(streaming.finish()).isEqualTo("\ufffd");
    }

    private String stream(int[] ids) {
        Tokenizer.Streaming streaming = bytes.streaming();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(streaming.add(id));
        }
        return text.append(streaming.finish()).toString();
    }
}
