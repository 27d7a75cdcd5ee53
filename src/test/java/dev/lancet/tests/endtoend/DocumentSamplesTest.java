package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.Lancet;
import dev.lancet.dsl.Compression;
import dev.lancet.runtime.GraphModel;
import dev.lancet.samples.AskDocuments;
import dev.lancet.samples.CompareEncoders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that search documents, with an encoder of random weights: it finds a passage by the passage itself. */
class DocumentSamplesTest {

    private static final String DOG = "There was a big dog";

    @TempDir
    Path folder;

    private Path documents;
    private Path encoder;

    @BeforeEach
    void three_documents() throws IOException {
        documents = Files.createDirectories(folder.resolve("documents/more")).getParent();
        Files.writeString(documents.resolve("rates.txt"), "The Committee left rates where they are.");
        Files.writeString(documents.resolve("dog.md"), DOG);
        Files.writeString(documents.resolve("more/weather.txt"), "Sun on Sundays, rain on Mondays; snow never.");
        Files.writeString(documents.resolve("table.csv"), DOG);
        encoder = TinyEncoder.write(folder);
        Files.copy(TinyEncoder.TOKENIZER, encoder.resolve("tokenizer.json"));
    }

    @Test
    void without_a_chat_model_the_passages_are_the_answer_the_nearest_first() {
        String told = told(out -> AskDocuments.tell(documents, encoder, DOG, Optional.empty(), out));

        assertThat(told).startsWith("dog.md: There was a big dog\n").contains("rates.txt: The", "weather.txt: Sun");
    }

    @Test
    void a_chat_model_answers_from_the_passages() throws IOException {
        Path chat = Files.createDirectory(folder.resolve("chat"));
        for (String file : List.of("config.json", "model.safetensors", "tok512.bin")) {
            Files.copy(Fixture.ALL.resolve("stories260K-hf").resolve(file), chat.resolve(file));
        }
        // The first sentence of the passages that LangChain4j appends to the question, and nothing else.
        Files.writeString(
                chat.resolve("chat_template.jinja"),
                "Once upon a time{% if 'There was a big dog' in messages[-1]['content'] %}, there was a big dog{% endif %}");
        Files.writeString(chat.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");

        String told = told(out -> AskDocuments.tell(documents, encoder, "Who was it?", Optional.of(chat), out));

        assertThat(told).startsWith(" named ");
    }

    @Test
    void the_table_of_encoders_has_a_row_for_each_and_compares_with_the_first() throws IOException {
        Path small = folder.resolve("small");
        GraphModel.open(encoder)
                .compress(Compression.keepAll().on(Lancet.linears()).quantize(Lancet.int8()))
                .save(small);
        Files.copy(TinyEncoder.TOKENIZER, small.resolve("tokenizer.json"));
        Path questions = folder.resolve("questions.csv");
        Files.writeString(questions, "question,document\nThere was a big dog,dog.md\n\"Where, then?\",nowhere.txt\n");

        String told = told(out -> CompareEncoders.tell(documents, questions, List.of(encoder, small), out));

        assertThat(told).startsWith("3 passages, 2 questions\n");
        assertThat(told.lines().skip(4)).hasSize(2).allSatisfy(row -> assertThat(row)
                .contains("| 0.500 | 1.000 |"));
    }

    @Test
    void a_folder_without_texts_is_refused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> AskDocuments.tell(empty, encoder, DOG, Optional.empty(), System.out))
                .hasMessageContaining("holds no .txt or .md file");
    }

    private interface Story {
        void tell(PrintStream out) throws IOException;
    }

    private static String told(Story story) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            story.tell(new PrintStream(out, true, StandardCharsets.UTF_8));
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
        return out.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
