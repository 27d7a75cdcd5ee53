package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.generate.FinishReason;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.PromptCache;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TextListener;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.text.chat.ChatTurn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Sampling against the filters of Hugging Face's transformers, and texts of stories260K. */
class SamplingTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final TextListener ALL = piece -> true;

    @Test
    void filtered_probabilities_are_those_of_transformers() {
        for (JsonNode one : Fixture.named("sampling-reference").expected().get("cases")) {
            Sampler sampler = Sampler.at(one.get("temperature").doubleValue())
                    .topK(one.get("top_k").intValue())
                    .topP(one.get("top_p").doubleValue())
                    .minP(one.get("min_p").doubleValue())
                    .repetitionPenalty(one.get("repetition_penalty").doubleValue());
            BitSet before = new BitSet();
            one.get("before").forEach(id -> before.set(id.intValue()));
            float[] logits = new float[one.get("logits").size()];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = one.get("logits").get(id).floatValue();
            }

            double[] probabilities = sampler.probabilities(logits, before);

            for (int id = 0; id < logits.length; id++) {
                assertThat(probabilities[id])
                        .as("%s, id %d", sampler, id)
                        .isCloseTo(one.get("probabilities").get(id).doubleValue(), within(1e-6));
            }
        }
    }

    @Test
    void a_stop_string_ends_a_text_and_no_part_of_it_is_passed_on() {
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            GenerationSettings settings = GenerationSettings.of(120);
            String whole = generator.generate("Once upon a time", settings, ALL).text();
            String stop = whole.substring(60, 75);
            StringBuilder passed = new StringBuilder();

            Generation stopped = generator.generate(
                    "Once upon a time", settings.stopAt("never there", stop), TextListener.of(passed::append));

            assertThat(stopped.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(passed.toString()).isEqualTo(stopped.text());
            assertThat(stopped.end()).isEqualTo(FinishReason.STOP_STRING);
            assertThat(stopped.ids()).hasSizeLessThan(120);
        }
    }

    @Test
    void a_reader_ends_a_text() {
        List<String> pieces = new ArrayList<>();
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            Generation ended = generator.generate("Once", GenerationSettings.of(100), piece -> {
                pieces.add(piece);
                return pieces.size() < 7;
            });

            assertThat(ended.end()).isEqualTo(FinishReason.CANCELLED);
            assertThat(ended.ids()).hasSize(7);
            assertThat(ended.text()).isEqualTo(String.join("", pieces));
        }
    }

    @Test
    void a_prompt_cache_changes_no_text_and_reads_only_what_is_new() {
        GenerationSettings settings = GenerationSettings.of(40);
        List<String> prompts = List.of(
                "Once upon a time, there was a little girl named Lily.",
                "Once upon a time, there was a little boy",
                "Once upon a time, there was a little boy",
                "One day");
        List<List<Integer>> fresh = new ArrayList<>();
        List<List<Integer>> cached = new ArrayList<>();
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            for (String prompt : prompts) {
                cached.add(generator.generate(prompt, settings, ALL).ids());
                try (TextGenerator once = model.generator()) {
                    fresh.add(once.generate(prompt, settings, ALL).ids());
                }
            }
        }
        assertThat(cached).isEqualTo(fresh);

        CountedText text = new CountedText();
        TokenGenerator generator = new TokenGenerator(new PromptLimits("tiny", 100, 64), Sampler.greedy(), Set.of());
        try (PromptCache cache = new PromptCache(text)) {
            generator.generate(cache, new int[] {1, 2, 3, 4}, 2, id -> true);
            text.read = 0;
            generator.generate(cache, new int[] {1, 2, 3, 4, 5, 7, 8}, 1, id -> true);
            assertThat(text.read).isEqualTo(2);
            assertThat(text.ids).containsExactly(1, 2, 3, 4, 5, 7, 8);
            text.read = 0;
            generator.generate(cache, new int[] {1, 2}, 1, id -> true);
            assertThat(text.read).isEqualTo(1);
            assertThat(text.ids).containsExactly(1, 2);
        }
    }

    /** A text whose next token is always one more than the last. */
    private static final class CountedText implements DecodingSession {
        private final List<Integer> ids = new ArrayList<>();
        private int read;

        @Override
        public int length() {
            return ids.size();
        }

        @Override
        public float[] read(int... tokens) {
            read += tokens.length;
            for (int token : tokens) {
                ids.add(token);
            }
            float[] logits = new float[16];
            logits[(ids.get(ids.size() - 1) + 1) % 16] = 1;
            return logits;
        }

        @Override
        public void truncate(int length) {
            ids.subList(length, ids.size()).clear();
        }

        @Override
        public void close() {
            ids.clear();
        }
    }

    @Test
    void a_prompt_cache_starts_again_on_another_device() {
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            GenerationSettings settings = GenerationSettings.of(20);
            List<Integer> before =
                    generator.generate("Once upon a time", settings, ALL).ids();
            model.on(Device.cpu());

            assertThat(generator.generate("Once upon a time", settings, ALL).ids())
                    .isEqualTo(before);
        }
    }

    @Test
    void seeds_and_penalties_change_texts_as_they_say() {
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            GenerationSettings sampled = GenerationSettings.of(60)
                    .with(Sampler.at(1).topK(40).minP(0.02).seed(3));
            List<Integer> first = generator.generate("Once", sampled, ALL).ids();

            assertThat(generator.generate("Once", sampled, ALL).ids()).isEqualTo(first);
            assertThat(generator
                            .generate("Once", sampled.with(sampled.sampler().seed(4)), ALL)
                            .ids())
                    .isNotEqualTo(first);
            List<Integer> varied = generator
                    .generate(
                            "Once",
                            GenerationSettings.of(60).with(Sampler.greedy().repetitionPenalty(100)),
                            ALL)
                    .ids();
            assertThat(varied.stream().collect(Collectors.toSet())).hasSameSizeAs(varied);
        }
    }

    @Test
    void a_conversation_needs_a_chat_template() {
        try (Model model = Model.open(STORIES);
                TextGenerator generator = model.generator()) {
            assertThatThrownBy(() -> generator.conversation(List.of(new ChatTurn("user", "Hello"))))
                    .isInstanceOf(LancetException.class)
                    .hasMessageStartingWith("chat template: ")
                    .hasMessageContaining("chat_template.jinja");
        }
    }
}
