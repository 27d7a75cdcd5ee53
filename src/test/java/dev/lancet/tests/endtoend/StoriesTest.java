package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The trained stories260K against llama2.c's text and an independent float64 implementation of its compressions. */
class StoriesTest {

    private static final Path FOLDER = Fixture.ALL.resolve("stories260K-hf");
    private static final Fixture REFERENCE = Fixture.named("stories260K-reference");
    private static final int[] TEXT = TokenIdChecks.read(REFERENCE.folder().resolve("test_ids.i32"));
    private static final int WINDOW = 256;

    @Test
    void the_perplexity_of_the_original_is_that_of_the_reference() {
        try (Model model = Model.open(FOLDER)) {
            assertThat(model.evaluate(TEXT, WINDOW).value()).isCloseTo(4.3927, withinPercentage(0.05));
            assertThat(model.evaluate(TEXT, WINDOW).tokens()).isEqualTo(19_890);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32, 48})
    void truncated_at_a_rank_it_has_the_perplexity_of_the_reference(int rank) {
        Rank.Fixed override = rank(rank).allowLarger();
        assertThat(perplexity(Compression.keepAll().on(linears()).factorise(override)))
                .isCloseTo(reference("svd", rank), withinPercentage(0.2));
    }

    /** The reference has no bfloat16; float32, which it rounds, is near enough. */
    @Test
    void in_sixteen_bits_it_has_the_perplexity_of_float32() {
        assertThat(perplexity(Compression.keepAll().on(everything()).quantize(bfloat16())))
                .isCloseTo(perplexity(Compression.keepAll()), withinPercentage(0.5));
    }

    @Test
    void in_eight_bits_it_has_the_perplexity_of_the_reference() {
        assertThat(perplexity(Compression.keepAll().on(linears()).quantize(int8())))
                .isCloseTo(reference("int8 per output row", 0), withinPercentage(0.2));
    }

    @Test
    void in_four_bits_it_has_the_perplexity_of_the_reference() {
        assertThat(perplexity(Compression.keepAll().on(linears()).quantize(int4(32))))
                .isCloseTo(reference("int4 group 32", 0), withinPercentage(1));
    }

    @Test
    void its_greedy_text_is_that_of_llama2_c() {
        JsonNode golden = new tools.jackson.databind.json.JsonMapper()
                .readTree(Fixture.ALL.resolve("stories260K/GOLDEN_greedy_ids.json"));
        int[] wanted = Fixture.ints(golden.get("greedy_ids"));
        for (Path source : new Path[] {FOLDER, Fixture.ALL.resolve("stories260K/stories260K.bin")}) {
            try (Model model = Model.open(source)) {
                int[] prompt = Fixture.ints(golden.get("prompt_ids"));
                assertThat(model.generate(prompt, wanted.length, Sampler.greedy(), OptionalInt.empty(), id -> {}))
                        .containsExactly(wanted);
            }
        }
    }

    private static double perplexity(Compression compression) {
        try (Model model = Model.open(FOLDER);
                Model smaller = model.compress(compression)) {
            return smaller.evaluate(TEXT, WINDOW).value();
        }
    }

    private static double reference(String name, int rank) {
        for (JsonNode row : REFERENCE.expected().get("rows")) {
            if (row.get("case").asString().equals(name) && row.path("rank").asInt(0) == rank) {
                return row.get("ppl_float64").doubleValue();
            }
        }
        throw new AssertionError("the reference has no " + name + " at rank " + rank);
    }
}
