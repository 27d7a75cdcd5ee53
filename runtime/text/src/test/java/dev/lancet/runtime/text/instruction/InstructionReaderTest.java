package dev.lancet.runtime.text.instruction;

import static dev.lancet.dsl.recipe.Instructions.instructions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstructionReaderTest {

    private static final Path GPT2 = Path.of("../../src/test/resources/fixtures/tokenizer-gpt2");
    private static final ChatTemplate CHATML = ChatTemplate.of(
            "chatml",
            "{% for m in messages %}{{ '<' + m.role + '>' + m.content + '</>' }}{% endfor %}"
                    + "{% if add_generation_prompt %}<assistant>{% endif %}",
            Map.of());

    @TempDir
    private Path folder;

    private final List<InstructionReader.Shown> shown = new ArrayList<>();

    private InstructionText read(Instructions examples, Tokenizer tokenizer, int places) {
        shown.clear();
        return new InstructionReader(tokenizer, Optional.of(CHATML), places)
                .read(examples, folder, Progress.silent(), shown::add);
    }

    private InstructionText read(String file, String content) throws IOException {
        return read(
                instructions(Files.writeString(folder.resolve(file), content).toString()), Tokenizer.bytes(), 200);
    }

    private List<TextPiece> first(String file, String content) throws IOException {
        read(file, content);
        return shown.get(0).pieces();
    }

    private static List<TextPiece> pieces(String... texts) {
        List<TextPiece> pieces = new ArrayList<>();
        for (String text : texts) {
            pieces.add(new TextPiece(text, pieces.size() % 2 == 1));
        }
        return pieces;
    }

    @Test
    void the_usual_fields_of_rows_are_prompts_and_answers() throws IOException {
        assertThat(first("a.jsonl", "{\"prompt\": \"1+1=\", \"completion\": \"2\"}\n"))
                .isEqualTo(pieces("1+1=", "2"));
        assertThat(first("b.jsonl", "{\"context\": \"Answer: \", \"target\": 3}\n"))
                .isEqualTo(pieces("Answer: ", "3"));
        assertThat(first("c.json", "[\n{\"instruction\": \"Add.\", \"input\": \"1 1\", \"output\": \"2\"}]"))
                .isEqualTo(pieces("### Instruction:\nAdd.\n\n### Input:\n1 1\n\n### Response:\n", "2"));
        assertThat(first("d.jsonl", "{\"instruction\": \"Greet.\", \"input\": \"\", \"output\": \"Hi\"}\n"))
                .isEqualTo(pieces("### Instruction:\nGreet.\n\n### Response:\n", "Hi"));
        assertThat(first("e.csv", "prompt,completion\n\"a, b\",c\n")).isEqualTo(pieces("a, b", "c"));
    }

    @Test
    void every_answer_of_a_conversation_has_a_loss_with_the_end_of_its_turn() throws IOException {
        String turns =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"},"
                        + " {\"role\": \"user\", \"content\": \"c\"}, {\"role\": \"assistant\", \"content\": \"d\"}]}";
        assertThat(first("a.jsonl", turns))
                .isEqualTo(pieces("<user>a</><assistant>", "b</>", "<user>c</><assistant>", "d</>"));
        Path file = Files.writeString(folder.resolve("b.csv"), "text,label\nx,y\n");
        read(instructions(file.toString()).template("Is {text}?").label("label").chat(), Tokenizer.bytes(), 100);
        assertThat(shown.get(0).pieces()).isEqualTo(pieces("<user>Is x?</><assistant>", "y</>"));
    }

    @Test
    void a_template_takes_any_fields_and_a_wrong_name_is_told_with_what_the_row_has() throws IOException {
        String csv = Files.writeString(folder.resolve("a.csv"), "text,label\nrates rose,up\nrates fell,\n")
                .toString();
        Instructions examples =
                instructions(csv).template("{{{text}}}: {label}?").label("label");
        assertThatThrownBy(() -> read(examples, Tokenizer.bytes(), 100))
                .isInstanceOf(LancetException.class)
                .hasMessage("examples: " + csv + ", row 2 has an empty answer; give it one, or remove this row");
        assertThat(shown.get(0).pieces()).isEqualTo(pieces("{rates rose}: up?", "up"));
        assertThatThrownBy(() -> read(instructions(csv).template("{headline}").label("label"), Tokenizer.bytes(), 100))
                .hasMessage("examples: " + csv
                        + ", row 1 has no field 'headline', only [text, label]; correct the name or this row");
        assertThatThrownBy(() -> read(instructions(csv).template("{text").label("label"), Tokenizer.bytes(), 100))
                .hasMessageContaining("has a { without a name and a }");
    }

    @Test
    void rows_that_are_no_examples_are_refused_with_their_line() throws IOException {
        assertThatThrownBy(() -> read("a.jsonl", "{\"prompt\": \"x\", \"completion\": \"y\"}\n\n{\"q\": 1}\n"))
                .hasMessageContaining("a.jsonl, line 3 has the fields [q]; expected are prompt and completion");
        assertThatThrownBy(() -> read("b.jsonl", "{\"prompt\": \"x\", \"completion\": \" \"}\n"))
                .hasMessageContaining("b.jsonl, line 1 has an empty answer");
        assertThatThrownBy(() -> read("c.json", "[{\"prompt\": \"x\", \"completion\": \"y\"},\n 3]"))
                .hasMessageContaining("c.json, line 2 is not a JSON object");
        assertThatThrownBy(() -> read("d.json", "{}")).hasMessageContaining("d.json, line 1 has the fields []");
        assertThatThrownBy(() -> read("e.json", "[{\"prompt\": ")).hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> read("f.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}"))
                .hasMessageContaining("line 1 has no message of the role assistant");
        assertThatThrownBy(() -> read("g.txt", "x")).hasMessageContaining("g.txt, line 1 has no @ before its label");
        assertThatThrownBy(() -> read("h.jsonl", "\n")).hasMessageContaining("has no rows");
    }

    @Test
    void the_end_token_belongs_to_the_answer_and_the_prompt_keeps_the_ids_that_it_has_alone() throws IOException {
        String file = Files.writeString(folder.resolve("a.jsonl"), """
                        {"prompt": "The Committ", "completion": "ee seeks"}
                        {"prompt": "Sentiment:", "completion": " positive"}
                        """).toString();
        try (Tokenizer gpt2 = Tokenizer.open(GPT2)) {
            read(instructions(file), gpt2, 100);
            for (InstructionReader.Shown one : shown) {
                int[] prompt = gpt2.encode(one.pieces().get(0).text());
                EncodedExample encoded = one.encoded();
                assertThat(encoded.ids()).startsWith(prompt).endsWith(gpt2.end().orElseThrow());
                assertThat(encoded.answers()).isEqualTo(encoded.size() - prompt.length);
                assertThat(gpt2.decode(encoded.ids()))
                        .isEqualTo(
                                one.pieces().get(0).text() + one.pieces().get(1).text());
            }
            assertThat(shown.get(1).encoded().answers()).isEqualTo(2);
        }
    }

    @Test
    void examples_that_are_too_long_are_counted_or_cut_at_the_beginning_of_the_prompt() throws IOException {
        String file = Files.writeString(folder.resolve("a.jsonl"), """
                        {"prompt": "abcdefgh", "completion": "XY"}
                        {"prompt": "ab", "completion": "X"}
                        {"prompt": "ab", "completion": "X"}
                        {"prompt": "ab", "completion": "UVWXYZ"}
                        """).toString();
        InstructionText left = read(instructions(file), Tokenizer.bytes(), 4);
        assertThat(left.counts()).isEqualTo(new ExampleCounts(1, 0, 1, 2, 0, 3, 1, 10));
        assertThat(left.toString()).contains("2 left out because they are longer than a sequence");
        assertThat(left.sequence()).isEqualTo(2);

        InstructionText cut = read(instructions(file).cut(), Tokenizer.bytes(), 4);
        assertThat(cut.counts()).isEqualTo(new ExampleCounts(3, 0, 1, 0, 2, 13, 7, 10));
        ExampleBatch all = cut.batches(3, 1, 0).inOrder(0);
        assertThat(text(all.ids()[0]) + "|" + text(all.labels()[0])).isEqualTo("fghX|ghXY");
        assertThat(text(all.ids()[2]) + "|" + text(all.labels()[2])).isEqualTo("bUVW|UVWX");
        assertThatThrownBy(() -> read(instructions(file), Tokenizer.bytes(), 1))
                .hasMessageContaining("all 3 are longer than a sequence of 1 tokens");
    }

    private static String text(int[] ids) {
        try (Tokenizer bytes = Tokenizer.bytes()) {
            return bytes.decode(ids);
        }
    }

    private String many() throws IOException {
        StringBuilder rows = new StringBuilder("prompt,completion\n");
        for (int i = 0; i < 100; i++) {
            rows.append("question ")
                    .append("x".repeat(i % 13))
                    .append(i)
                    .append(",")
                    .append(i)
                    .append('\n');
        }
        return Files.writeString(folder.resolve("many.csv"), rows).toString();
    }

    @Test
    void packing_keeps_every_example_once_and_its_answer_tokens() throws IOException {
        String file = many();
        InstructionText single = read(instructions(file).holdOut(0.1), Tokenizer.bytes(), 64);
        InstructionText packed = read(instructions(file).holdOut(0.1).packed(), Tokenizer.bytes(), 64);
        assertThat(packed.counts()).isEqualTo(single.counts());
        assertThat(packed.rows()).isLessThan(single.rows() / 2);
        assertThat(packed.fingerprint()).isNotEqualTo(single.fingerprint());
        assertThat(examples(packed)).isEqualTo(examples(single)).hasSize(90);
    }

    private static Set<String> examples(InstructionText text) {
        Set<String> found = new HashSet<>();
        ExampleBatches batches = text.batches(7, 1, 5);
        for (int number = 0; number < batches.count(); number++) {
            ExampleBatch batch = batches.inOrder(number);
            for (int row = 0; row < batch.ids().length; row++) {
                StringBuilder example = new StringBuilder();
                for (int at = 0; at < text.sequence() && batch.segments()[row][at] > 0; at++) {
                    if (batch.positions()[row][at] == 0 && at > 0) {
                        found.add(example.toString());
                        example.setLength(0);
                    }
                    boolean loss = batch.weights()[row][at] > 0;
                    example.append((char) batch.ids()[row][at])
                            .append(loss ? "[" : "")
                            .append((char) batch.labels()[row][at]);
                }
                found.add(example.toString());
            }
        }
        found.remove("");
        return found;
    }

    @Test
    void the_held_out_examples_depend_on_the_seed_and_not_on_the_order_of_the_rows() throws IOException {
        String file = many();
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(file)));
        java.util.Collections.reverse(lines.subList(1, lines.size()));
        String turned = Files.write(folder.resolve("turned.csv"), lines).toString();
        Set<String> first = examples(read(instructions(file).holdOut(0.2, 1), Tokenizer.bytes(), 64));
        assertThat(examples(read(instructions(turned).holdOut(0.2, 1), Tokenizer.bytes(), 64)))
                .isEqualTo(first)
                .hasSize(80);
        assertThat(examples(read(instructions(file).holdOut(0.2, 2), Tokenizer.bytes(), 64)))
                .isNotEqualTo(first);
    }

    @Test
    void weights_of_a_step_make_the_mean_over_its_answer_tokens_however_it_is_split() throws IOException {
        InstructionText text = read(instructions(many()).packed(), Tokenizer.bytes(), 64);
        ExampleBatches whole = text.batches(6, 1, 3);
        ExampleBatches parts = text.batches(2, 3, 3);
        for (int step = 0; step < 5; step++) {
            ExampleBatch all = whole.at(step);
            double sum = 0;
            for (int part = 0; part < 3; part++) {
                ExampleBatch some = parts.at(3L * step + part);
                for (int row = 0; row < 2; row++) {
                    assertThat(some.ids()[row]).isEqualTo(all.ids()[2 * part + row]);
                    assertThat(some.weights()[row]).isEqualTo(all.weights()[2 * part + row]);
                    for (float weight : some.weights()[row]) {
                        sum += weight;
                    }
                }
            }
            assertThat(sum / (6 * 64)).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
        }
        assertThat(text.steps(2, 4)).isEqualTo((2 * text.rows() + 3) / 4);
    }
}
