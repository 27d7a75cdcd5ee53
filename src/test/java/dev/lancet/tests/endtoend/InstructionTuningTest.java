package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.instructions;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.tune.FineTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on prompts with answers. */
class InstructionTuningTest {

    private static final Transformer MODEL = Transformer.decoder("tiny-bytes")
            .vocabulary(256)
            .context(48)
            .width(32)
            .layers(2)
            .attention(heads(4).kv(2))
            .feedForward(swiglu(64))
            .build();

    @TempDir
    Path folder;

    private Instructions examples(int count) throws IOException {
        StringBuilder rows = new StringBuilder("question,answer\n");
        for (int i = 0; i < count; i++) {
            rows.append("is ")
                    .append(i)
                    .append(" even")
                    .append("?".repeat(1 + i % 9))
                    .append(',');
            rows.append(i % 2 == 0 ? "yes" : "no").append('\n');
        }
        Path file = Files.writeString(folder.resolve("examples.csv"), rows);
        return instructions(file.toString()).template("{question} ").label("answer");
    }

    private static Model fresh() {
        return Model.create(MODEL, 1).tokenizer(Tokenizer.bytes());
    }

    private static List<Double> losses(Instructions examples, Training training) {
        try (Model model = fresh()) {
            model.train(examples, training);
            return model.log().orElseThrow().points().stream()
                    .map(TrainingLog.Point::loss)
                    .toList();
        }
    }

    @Test
    void packing_and_accumulation_change_no_loss() throws IOException {
        Instructions examples = examples(12);
        int packed;
        try (Model model = fresh()) {
            packed = model.examples(examples.packed(), adamW(1, 1)).rows();
        }
        assertThat(packed).isBetween(2, 6);
        // Every step sees every example once.
        List<Double> single = losses(examples, adamW(3, 1e-3).batch(12));
        assertThat(losses(examples.packed(), adamW(3, 1e-3).batch(packed)))
                .zipSatisfy(single, (loss, same) -> assertThat(loss).isCloseTo(same, within(1e-6)));
        assertThat(losses(examples, adamW(3, 1e-3).batch(4).accumulate(3)))
                .zipSatisfy(single, (loss, same) -> assertThat(loss).isCloseTo(same, within(1e-6)));
        assertThat(losses(examples, adamW(3, 1e-3).batch(12).checkpointing()))
                .zipSatisfy(single, (loss, same) -> assertThat(loss).isCloseTo(same, within(1e-6)));
    }

    @Test
    void adapters_codes_with_adapters_and_whole_models_learn_the_answers() throws IOException {
        Instructions examples = examples(60).holdOut(0.2).packed();
        Training training = adamW(60, 1e-2).batch(4).validateEvery(10).stopEarly(4);
        for (FineTuning tuning : List.of(
                FineTuning.full(),
                FineTuning.with(lora(8), attention().or(feedForward())),
                FineTuning.with(lora(8), attention().or(feedForward())).over(Precision.int8()))) {
            try (Model base = fresh();
                    Model model = tuning.begin(base)) {
                model.train(examples, training);
                TrainingLog log = model.log().orElseThrow();
                double first = log.points().get(0).loss();
                assertThat(log.validationLoss().orElseThrow())
                        .as(tuning.toString())
                        .isLessThan((tuning.adapter().isEmpty() ? 0.6 : 0.93) * first);
            }
        }
    }

    @Test
    void a_prompt_has_no_part_in_the_loss() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"prompt\": \"abc\", \"completion\": \"zzzz\"}\n");
        try (Model model = fresh()) {
            model.train(instructions(file.toString()), adamW(150, 1e-2).batch(1));
            assertThat(model.log().orElseThrow().points().get(149).loss()).isLessThan(0.05);
            assertThat(model.generate("abc", 4)).isEqualTo("zzzz");
            assertThat(model.generate("ab", 1)).isNotEqualTo("c");
        }
    }

    @Test
    void what_does_not_fit_the_model_is_refused() throws IOException {
        Instructions examples = examples(3);
        try (Model model = fresh()) {
            assertThatThrownBy(() -> model.train(examples, adamW(1, 1e-3).sequence(64)))
                    .hasMessage("sequence: 64 tokens, but the context of tiny-bytes is 48; use shorter sequences");
            assertThatThrownBy(() -> model.train(
                            examples, adamW(9, 1e-3).validateEvery(3).stopEarly(1)))
                    .hasMessageStartingWith("stopEarly: no example is held out");
            assertThatThrownBy(() -> model.train(examples.chat(), adamW(1, 1e-3)))
                    .hasMessageContaining("needs a chat template, and the model has none");
        }
        try (Model model = Model.create(MODEL, 1)) {
            assertThatThrownBy(() -> model.train(examples, adamW(1, 1e-3))).hasMessageContaining("tokenizer: ");
        }
    }
}
