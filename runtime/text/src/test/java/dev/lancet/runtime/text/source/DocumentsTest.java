package dev.lancet.runtime.text.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {

    @TempDir
    Path folder;

    @Test
    void rows_of_csv_give_the_column_that_is_named() throws IOException {
        Path file = write("a.csv", "id,body\n1,\"one, with a \"\"quote\"\"\nand a line\"\n2,two\n3,\n");

        assertThat(texts("body", file)).containsExactly("one, with a \"quote\"\nand a line", "two");
        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "corpus: " + file + " has no column 'text', only [id, body]; choose one of them with field");
    }

    @Test
    void values_between_tabs_are_read_alike() throws IOException {
        assertThat(texts("text", write("a.tsv", "\ufefftext\tlabel\none, still one\t1\ntwo\t0\n")))
                .containsExactly("one, still one", "two");
    }

    @Test
    void a_row_that_is_too_short_is_named() throws IOException {
        Path file = write("a.csv", "id,text\n1,one\n2\n");

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "corpus: " + file + ", row 2 has 1 values, too few for the column 'text'; correct this row");
    }

    @Test
    void an_unclosed_quote_is_an_error() throws IOException {
        Path file = write("a.csv", "text\n\"one\n");

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("corpus: " + file + ", after row 0, is not CSV: ");
    }

    @Test
    void lines_of_json_give_the_key_that_is_named() throws IOException {
        Path file = write("a.jsonl", "{\"body\": \"one\", \"text\": \"other\"}\n\n{\"body\": \" two \"}\n");

        assertThat(texts("body", file)).containsExactly("one", "two");
    }

    @Test
    void a_folder_gives_its_text_files_sorted_by_name_without_hidden_ones() throws IOException {
        Files.createDirectories(folder.resolve("b/.git"));
        write("b/2.txt", "two");
        write("b/1.jsonl", "{\"text\": \"one\"}");
        write("b/3.csv", "text\nthree\n");
        write("b/4.md", "not this");
        write("b/.git/5.txt", "nor this");
        write("b/6.txt", "  \n ");

        assertThat(texts("text", folder.resolve("b"), folder.resolve("b/4.md")))
                .containsExactly("one", "two", "three", "not this");
        Path empty = Files.createDirectories(folder.resolve("none"));
        assertThatThrownBy(() -> texts("text", empty))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + empty
                        + " has no files .txt, .jsonl, .csv, .tsv or .tar, plain or .gz; name the files instead");
    }

    @Test
    void an_archive_may_hold_all_kinds_and_long_names() throws IOException {
        String deep = "x".repeat(90) + "/" + "y".repeat(90) + ".txt";
        Path file = folder.resolve("a.tgz");
        Files.write(
                file,
                gzip(tar(deep, "one", "b.csv", "text\ntwo\nthree\n", "c.jsonl", "{\"text\":\"four\"}", "d.png", "no")));

        assertThat(texts("text", file)).containsExactly("one", "two", "three", "four");
    }

    @Test
    void a_decompression_bomb_is_rejected() throws IOException {
        byte[] bomb = gzip(new byte[80 << 20]);
        Path file = folder.resolve("bomb.jsonl.gz");
        Files.write(file, bomb);

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + file + " unpacks to more than 64 MiB, over 200 times its size, which"
                        + " looks like"
                        + " a decompression bomb; if you trust it, unpack it yourself");
    }

    @Test
    void a_truncated_archive_is_an_error() throws IOException {
        byte[] whole = gzip(tar("a.txt", "words ".repeat(5000)));
        Path file = Files.write(folder.resolve("a.tar.gz"), Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("corpus: " + file + " cannot be read: ")
                .hasMessageEndingWith("; check that it is complete and that its ending fits its format");
    }

    @Test
    void lines_and_rows_with_invalid_utf8_are_located() throws IOException {
        Path lines = Files.write(folder.resolve("a.jsonl"), "{\"text\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1));
        Path rows = Files.write(folder.resolve("a.csv"), "text\né\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> texts("text", lines))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(" is not UTF-8; ");
        assertThatThrownBy(() -> texts("text", rows))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(" is not UTF-8; ");
    }

    @Test
    void a_missing_path_is_named() {
        Path file = folder.resolve("none.txt");

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + file + " does not exist; check the path");
    }

    private static List<String> texts(String field, Path... paths) {
        List<String> texts = new ArrayList<>();
        Documents.of(List.of(paths), Optional.of(field))
                .each("read", Progress.silent(), document -> texts.add(document.text()));
        return texts;
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] tar(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                byte[] content = namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(namesAndTexts[i]);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void two_columns_of_the_same_name_are_refused() throws IOException {
        Path file = write("a.csv", "text,text\none,two\n");

        assertThatThrownBy(() -> texts("text", file))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: " + file + " has several columns 'text'; give each column its own name");
    }

    @Test
    void a_folder_with_a_link_to_a_file_outside_is_refused() throws IOException {
        Path secret = write("secret.txt", "secret");
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        Files.writeString(corpus.resolve("a.txt"), "own");
        Path link = corpus.resolve("b.txt");
        try {
            Files.createSymbolicLink(link, secret);
        } catch (UnsupportedOperationException | IOException refused) {
            assumeTrue(false, "this system makes no symbolic links: " + refused);
        }

        assertThatThrownBy(() -> texts("text", corpus))
                .isInstanceOf(LancetException.class)
                .hasMessage(link + ": is a link that leads out of " + corpus
                        + "; copy the file to its place if you trust it");
    }
}
