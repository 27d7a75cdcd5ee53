package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenTextTest {

    @TempDir
    Path folder;

    private final Tokenizer bytes = Tokenizer.bytes();

    @Test
    void the_end_is_held_out_at_a_border_between_documents() throws IOException {
        write("a.txt", "first document\nof two lines\n\nsecond document\n\nthird one\n");

        TokenText text = read(Corpus.corpus("a.txt").holdOut(0.25));

        assertThat(decoded(text.training())).isEqualTo("first document\nof two lines\n\nsecond document\n\n");
        assertThat(decoded(text.heldOut())).isEqualTo("third one\n");
    }

    @Test
    void a_line_end_of_two_characters_is_no_blank_line() throws IOException {
        write("a.txt", "one\r\ntwo\r\n\r\nthree four\r\n");

        TokenText text = read(Corpus.corpus("a.txt").holdOut(0.4));

        assertThat(decoded(text.training())).isEqualTo("one\r\ntwo\n\n");
        assertThat(decoded(text.heldOut())).isEqualTo("three four\r\n");
    }

    @Test
    void one_long_document_is_cut_at_a_line() throws IOException {
        write("a.txt", "a line\n".repeat(100));

        TokenText text = read(Corpus.corpus("a.txt").holdOut(0.1));

        assertThat(text.training().size()).isEqualTo(630);
        assertThat(text.heldOut().size()).isEqualTo(70);
    }

    @Test
    void one_long_line_is_cut_between_characters() throws IOException {
        write("a.txt", "😀".repeat(101));

        TokenText text = read(Corpus.corpus("a.txt").holdOut(0.5));

        assertThat(decoded(text.training()) + decoded(text.heldOut())).isEqualTo("😀".repeat(101));
    }

    @Test
    void nothing_is_held_out_unless_asked_for() throws IOException {
        write("a.txt", "words");

        assertThat(read(Corpus.corpus("a.txt")).heldOut().size()).isZero();
    }

    @Test
    void json_lines_give_their_texts_also_packed() throws IOException {
        byte[] lines =
                "{\"text\": \"one\\n\\ntwo\"}\n\n{\"text\": \"three\", \"id\": 3}\n".getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("a.jsonl.gz"), gzip(lines));

        assertThat(decoded(read(Corpus.corpus("a.jsonl.gz")).training())).isEqualTo("one\n\ntwo\n\nthree");
    }

    @Test
    void an_archive_gives_its_texts_in_its_own_order() throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, "b/2.txt", "second ");
        entry(tar, "b/notes.md", "not this");
        entry(tar, "b/1.txt", "first");
        tar.writeBytes(new byte[1024]);
        Files.write(folder.resolve("a.tar.gz"), gzip(tar.toByteArray()));

        assertThat(decoded(read(Corpus.corpus("a.tar.gz")).training())).isEqualTo("second\n\nfirst");
    }

    @Test
    void the_fingerprint_follows_the_text_and_the_border() throws IOException {
        write("a.txt", "one\n\ntwo");
        write("b.txt", "one\n\ntwo");

        assertThat(read(Corpus.corpus("a.txt")).fingerprint())
                .isEqualTo(read(Corpus.corpus("b.txt")).fingerprint())
                .isNotEqualTo(read(Corpus.corpus("a.txt").holdOut(0.4)).fingerprint());
    }

    @Test
    void an_empty_corpus_is_an_error() throws IOException {
        write("a.txt", " \n\n ");

        assertThatThrownBy(() -> read(Corpus.corpus("a.txt")))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "corpus: " + folder.resolve("a.txt") + " contains no text; name a file or folder with text");
    }

    @Test
    void a_corpus_too_short_to_part_is_an_error() throws IOException {
        write("a.txt", "x");

        assertThatThrownBy(() -> read(Corpus.corpus("a.txt").holdOut(0.05)))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + folder.resolve("a.txt") + " has only 1 characters, too few to hold out a"
                        + " share of 0.05; use a longer text");
    }

    @Test
    void invalid_utf8_is_located() throws IOException {
        Files.write(folder.resolve("a.txt"), new byte[] {'o', 'k', (byte) 0xe9, ' '});

        assertThatThrownBy(() -> read(Corpus.corpus("a.txt")))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + folder.resolve("a.txt")
                        + " is not UTF-8 at byte 2; convert it, for example with iconv -t UTF-8");
    }

    @Test
    void a_line_without_a_text_is_named() throws IOException {
        write("a.jsonl", "{\"text\": \"one\"}\n{\"txt\": \"two\"}\n");

        assertThatThrownBy(() -> read(Corpus.corpus("a.jsonl")))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + folder.resolve("a.jsonl")
                        + ", line 2 has no string 'text', only [txt]; choose one of them with field");
    }

    @Test
    void a_model_with_fewer_ids_than_the_text_is_told() throws IOException {
        write("a.txt", "é");

        assertThatThrownBy(() -> read(Corpus.corpus("a.txt")).checkFits(128))
                .isInstanceOf(LancetException.class)
                .hasMessage("ids: 195 in a.txt is outside the vocabulary of 128;"
                        + " use the tokenizer that the model was trained with");
    }

    private TokenText read(Corpus corpus) {
        return Corpora.inMemory().read(corpus, folder);
    }

    private String decoded(TokenIds ids) {
        return bytes.decode(ids.toArray());
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private static void entry(ByteArrayOutputStream tar, String name, String text) {
        byte[] block = new byte[1024];
        byte[] names = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(names, 0, block, 0, names.length);
        byte[] size = String.format(Locale.ROOT, "%011o", text.length()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, block, 124, size.length);
        block[156] = '0';
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, block, 512, text.length());
        tar.writeBytes(block);
    }
}
