package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorporaTest {

    @TempDir
    Path folder;

    private Path kept;

    @BeforeEach
    void write() throws IOException {
        kept = folder.resolve("kept");
        Path texts = Files.createDirectories(folder.resolve("texts"));
        for (int i = 0; i < 40; i++) {
            Files.writeString(texts.resolve("%02d.txt".formatted(i)), document(i));
            Files.writeString(texts.resolve("again-%02d.txt".formatted(i)), document(i) + "\n");
        }
    }

    @Test
    void a_repeated_document_counts_once_and_is_in_only_one_part() {
        TokenText text = read(Corpus.corpus("texts").holdOut(0.2));

        assertThat(text.counts())
                .isEqualTo(new TokenText.Counts(40, 40, text.counts().heldOut()));
        List<String> training = documents(text, text.training());
        List<String> heldOut = documents(text, text.heldOut());
        assertThat(heldOut).hasSize(text.counts().heldOut()).doesNotContainAnyElementsOf(training);
        assertThat(Stream.concat(training.stream(), heldOut.stream()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 40).mapToObj(CorporaTest::document).toList());
        double share = (double) text.heldOut().size()
                / (text.heldOut().size() + text.training().size());
        assertThat(share).isBetween(0.17, 0.23);
    }

    @Test
    void the_seed_chooses_the_documents_and_other_documents_do_not_change_the_choice() throws IOException {
        Corpus corpus = Corpus.corpus("texts").holdOut(0.2);
        List<String> before = documents(read(corpus), read(corpus).heldOut());
        List<String> other =
                documents(read(corpus), read(corpus.holdOut(0.2, 1)).heldOut());
        assertThat(other).isNotEqualTo(before);

        Files.writeString(folder.resolve("texts/zz.txt"), "A short one.");
        List<String> after =
                new ArrayList<>(documents(read(corpus), read(corpus).heldOut()));

        after.remove("A short one.");
        assertThat(after).hasSizeGreaterThanOrEqualTo(before.size() - 1);
        assertThat(before).containsAll(after.subList(0, before.size() - 1));
    }

    @Test
    void byte_pairs_are_learnt_from_what_is_trained_on_and_end_a_document() {
        TokenText text = read(Corpus.corpus("texts").bpe(300).holdOut(0.2));
        Tokenizer tokenizer = text.tokenizer();

        assertThat(tokenizer.vocabulary()).isEqualTo(300);
        assertThat(tokenizer.source()).isPresent();
        TokenizerTraining alone = TokenizerTraining.bytePairs(300);
        documents(text, text.training()).forEach(alone::add);
        assertThat(tokenizer.fingerprint()).isEqualTo(alone.learn().tokenizer().fingerprint());
        assertThat(Arrays.stream(text.training().toArray()).filter(id -> id == 0))
                .hasSize(40 - text.counts().heldOut() - 1);
    }

    @Test
    void saved_tokens_equal_fresh_ones_and_are_reused() throws IOException {
        Corpus corpus = Corpus.corpus("texts").bpe(300).holdOut(0.2);
        TokenText inMemory = read(corpus);

        TokenText first = Corpora.keptIn(kept).read(corpus, folder);

        assertThat(first.fingerprint()).isEqualTo(inMemory.fingerprint());
        assertThat(first.training().toArray()).isEqualTo(inMemory.training().toArray());
        assertThat(first.heldOut().toArray()).isEqualTo(inMemory.heldOut().toArray());
        assertThat(first.training().largest()).isEqualTo(inMemory.training().largest());
        List<Path> files = below(kept);
        assertThat(files)
                .extracting(file -> String.valueOf(file.getFileName()))
                .containsExactlyInAnyOrder("tokenizer.json", "corpus.json", "training-0.ids", "held-out-0.ids");
        for (Path file : files) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        }
        TokenText again = Corpora.keptIn(kept).read(corpus, folder);
        assertThat(again.training().toArray()).isEqualTo(first.training().toArray());
        assertThat(again.counts()).isEqualTo(first.counts());
        assertThat(below(kept)).isEqualTo(files).allSatisfy(file -> assertThat(Files.getLastModifiedTime(file))
                .isEqualTo(FileTime.fromMillis(1000)));
    }

    @Test
    void another_text_or_setting_has_its_own_folder() throws IOException {
        Corpus corpus = Corpus.corpus("texts").holdOut(0.2);
        Corpora.keptIn(kept).read(corpus, folder);
        Corpora.keptIn(kept).read(corpus.holdOut(0.2, 7), folder);
        Files.writeString(folder.resolve("texts/00.txt"), "changed");
        TokenText changed = Corpora.keptIn(kept).read(corpus, folder);

        assertThat(kept).isDirectory();
        assertThat(kept.toFile().list()).hasSize(3);
        assertThat(documents(changed, changed.training())).contains(document(0));
    }

    @Test
    void a_broken_file_of_ids_is_told_with_the_way_out() throws IOException {
        Corpus corpus = Corpus.corpus("texts");
        Corpora.keptIn(kept).read(corpus, folder);
        Path ids = below(kept).stream()
                .filter(file -> file.toString().endsWith("training-0.ids"))
                .findFirst()
                .orElseThrow();
        Files.write(ids, new byte[7]);

        assertThatThrownBy(() -> Corpora.keptIn(kept).read(corpus, folder))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("tokens: " + ids + " has 7 bytes instead of ")
                .hasMessageEndingWith("; remove its folder, and Lancet makes it again");
    }

    @Test
    void one_document_alone_cannot_be_held_out() throws IOException {
        Files.writeString(folder.resolve("one.jsonl"), "{\"text\": \"only\"}\n{\"text\": \"only\"}\n");

        assertThatThrownBy(() -> read(Corpus.corpus("one.jsonl").holdOut(0.5)))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("corpus: one.jsonl has only one document, so no document can be held out; ");
    }

    @Test
    void the_tokenizer_of_the_model_overrides_that_of_the_corpus() {
        TokenText text =
                Corpora.inMemory().read(Corpus.corpus("texts").bpe(300), folder, Optional.of(Tokenizer.bytes()));

        assertThat(text.tokenizer().name()).isEqualTo("bytes");
    }

    private TokenText read(Corpus corpus) {
        return Corpora.inMemory().read(corpus, folder);
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** The documents of a part: those that end-of-text tokens part, or else blank lines. */
    private static List<String> documents(TokenText text, TokenIds part) {
        int end = text.tokenizer().end().orElse(-1);
        List<String> documents = new ArrayList<>();
        int[] ids = part.toArray();
        int from = 0;
        for (int i = 0; i <= ids.length; i++) {
            if (i == ids.length || ids[i] == end) {
                String document = text.tokenizer().decode(Arrays.copyOfRange(ids, from, i));
                documents.addAll(List.of(document.split("\n\n", -1)));
                from = i + 1;
            }
        }
        return documents;
    }

    private static String document(int i) {
        return ("Speech " + i + " says that inflation is " + i * 7 % 13 + " percent. ")
                .repeat(5 + i % 3)
                .strip();
    }
}
