package dev.lancet.cli.option;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.cli.Ran;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The options that say what becomes of which weights. */
class CompressionRulesTest {

    @Test
    void options_without_on_mean_every_linear_layer() {
        JsonNode plan = plan("--rank", "64", "--bits", "8");

        assertThat(plan.get("steps")).hasSize(7 * 32 + 1).allSatisfy(step -> {
            assertThat(step.get("rank").asInt()).isEqualTo(64);
            assertThat(step.get("bits").asInt()).isEqualTo(8);
        });
        assertThat(plan.get("kept"))
                .singleElement()
                .satisfies(kept -> assertThat(kept.get("name").asString()).isEqualTo("embedding"));
    }

    @Test
    void options_after_an_on_belong_to_it_and_the_last_rule_wins() {
        JsonNode plan = plan(
                "--bits",
                "8",
                "--on",
                "h.*.attn.*",
                "--rank",
                "32",
                "--on",
                "h.0.attn.q",
                "--keep",
                "--on",
                "head",
                "--bits",
                "nf4",
                "--group",
                "64");

        assertThat(because(plan, "h.0.mlp.up")).isEqualTo("on(linears()).quantize(int8)");
        assertThat(because(plan, "h.0.attn.k")).isEqualTo("on(named(\"h.*.attn.*\")).factorise(rank(32))");
        assertThat(because(plan, "head")).isEqualTo("on(named(\"head\")).quantize(nf4(64))");
        assertThat(because(plan, "h.0.attn.q")).isEqualTo("on(named(\"h.0.attn.q\")).keep()");
    }

    @Test
    void four_bits_have_variants() {
        JsonNode plan = plan(
                "--bits",
                "nf4",
                "--group",
                "64",
                "--double-quantized",
                "--on",
                "h.*.attn.*",
                "--bits",
                "4",
                "--asymmetric",
                "--double-quantized");

        assertThat(because(plan, "h.0.mlp.up")).isEqualTo("on(linears()).quantize(nf4(64).doubleQuantized())");
        assertThat(because(plan, "h.0.attn.k"))
                .isEqualTo("on(named(\"h.*.attn.*\")).quantize(int4(32).asymmetric().doubleQuantized())");
        JsonNode step = plan.get("steps").get(0);
        assertThat(step.get("name").asString()).isEqualTo("h.0.attn.q");
        assertThat(step.get("precision").asString()).isEqualTo("int4");
        assertThat(step.get("asymmetric").asBoolean()).isTrue();
        assertThat(step.get("double_quantized").asBoolean()).isTrue();
    }

    @Test
    void a_rank_past_break_even_needs_to_be_allowed() {
        assertThat(lancet("plan", "llama-2-7b", "--rank", "3000"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: rank: 3000 makes h.0.attn.q [4096, 4096] no smaller; choose a rank below its"
                                + " break-even rank 2048, or accept larger factors with .allowLarger() or"
                                + " --allow-larger\n"));
        assertThat(because(plan("--rank", "3000", "--allow-larger"), "h.0.attn.q"))
                .isEqualTo("on(linears()).factorise(rank(3000).allowLarger())");
    }

    @Test
    void an_adapter_stands_beside_what_its_rule_makes() {
        JsonNode plan = plan("--bits", "4", "--lora", "8", "--on", "h.0.*", "--lora", "4", "--alpha", "4");

        assertThat(because(plan, "h.1.attn.q")).isEqualTo("on(linears()).quantize(int4(32), lora(8))");
        assertThat(because(plan, "h.0.attn.q")).isEqualTo("on(named(\"h.0.*\")).adapt(lora(4).alpha(4))");
    }

    @Test
    void an_adapter_begins_with_what_its_rounding_loses() {
        JsonNode plan = plan("--bits", "nf4", "--lora", "8", "--loftq");

        assertThat(because(plan, "h.0.attn.q")).isEqualTo("on(linears()).quantize(nf4(32), lora(8).loftq())");
        assertThat(lancet("plan", "llama-2-7b", "--bits", "4", "--loftq").err())
                .contains("--loftq: every linear layer; it applies only with --lora; add --lora 8");
        assertThat(lancet("plan", "llama-2-7b", "--lora", "8", "--loftq").err())
                .contains("it applies only with --bits 8, 4 or nf4, and without a rank or --correction");
        assertThat(lancet("plan", "llama-2-7b", "--bits", "16", "--lora", "8", "--loftq")
                        .err())
                .contains("needs a matrix in one piece in 8 or 4 bits");
    }

    @Test
    void a_correction_stands_beside_codes_and_a_budget_leaves_it_in_one_piece() {
        JsonNode plan = plan("--bits", "4", "--on", "h.0.*", "--bits", "4", "--correction", "16", "--lora", "4");

        assertThat(because(plan, "h.0.attn.q"))
                .isEqualTo("on(named(\"h.0.*\")).quantize(int4(32), correction(16), lora(4))");
        JsonNode corrected = step(plan, "h.0.attn.q").get("correction");
        assertThat(corrected.get("rank").intValue()).isEqualTo(16);
        assertThat(corrected.get("precision").asString()).isEqualTo("int8");
        assertThat(step(plan, "h.1.attn.q").has("correction")).isFalse();
        JsonNode limited = plan("--bits", "8", "--on", "h.0.*", "--bits", "4", "--correction", "16", "--budget", "5x");
        assertThat(because(limited, "h.0.attn.q")).isEqualTo("on(named(\"h.0.*\")).quantize(int4(32), correction(16))");
    }

    @Test
    void a_rule_that_selects_nothing_fails() {
        assertThat(lancet("plan", "llama-2-7b", "--on", "h.*.atn.q", "--bits", "8"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: rule: on(named(\"h.*.atn.q\")).quantize(int8) selects nothing in llama-2-7b; near it:"
                                + " h.0.attn.q, h.1.attn.q, h.2.attn.q\n"));
    }

    @Test
    void a_rank_by_energy_needs_weights() {
        assertThat(lancet("plan", "llama-2-7b", "--energy", "0.9").err())
                .isEqualTo(
                        "error: energy: the singular values of h.0.attn.q are not known; plan on a model with weights,"
                                + " or give a rank or ratio\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--bits 5           | --bits: 5; choose 16, 8, 4 or nf4",
                "--bits 32          | --bits: 32; choose 16, 8, 4 or nf4, or leave it out to keep float32",
                "--bits 16 --group 4 | --group: 4; it applies only with --bits 4 or --bits nf4; add one of them",
                "--bits 8 --group 4 | --group: 4; it applies only with --bits 4 or --bits nf4; add one of them",
                "--bits 8 --double-quantized | --double-quantized: it applies only with --bits 4 or --bits nf4; add one of them",
                "--rank 8 --asymmetric | --asymmetric: it applies only with --bits 4; add it",
                "--bits nf4 --asymmetric | --asymmetric: it applies only with --bits 4; choose it instead of nf4",
                "--bits 4 --group 3 | int4: group 3; it must be even and at least 2, usually 32",
                "--rank x           | --rank: x is not a number; write for example 32",
                "--ratio x          | --ratio: x is not a number; write for example 0.5",
                "--rank 0           | rank: 0; it must be at least 1",
                "--ratio 1.5        | ratio: 1.5; it must lie between 0 and 1, both excluded",
                "--rank 4 --rank 8  | --rank: 8; it is given twice for every linear layer; give it once, or begin a new rule with --on",
                "--rank 4 --ratio 1 | --rank, --ratio: every linear layer; each of them sets the rank; keep one",
                "--allow-larger     | --allow-larger: every linear layer; it applies only with --rank; add --rank N",
                "--on head          | --on: head; no option follows it; add --rank, --bits, --lora or --keep",
                "--budget 600       | budget: '600'; write bytes with a unit, how many times smaller, or bits per weight, for example 600MB, 590MiB, 2.64x or 4.5bpw",
                "--budget 2x --rank 9 | --budget: 2x has nothing to choose, because a rule gives every linear layer its rank; leave out the budget or the rank, or limit the rank to some layers with --on",
                "--correction 16    | --correction: 16; it applies only with --bits 8, 4 or nf4; add one of them",
                "--bits 16 --correction 8 | --correction: 8; it applies only with --bits 8, 4 or nf4; add one of them",
                "--bits 8 --rank 4 --correction 8 | --correction: 8; it corrects a matrix in one piece; leave out --rank, --ratio, --energy",
                "--bits 8 --correction x | --correction: x is not a number; write for example 32",
                "--bits 8 --correction 0 | correction: rank 0; it must be at least 1",
                "--alpha 4          | --alpha: 4; it applies only with --lora; add --lora 8",
                "--lora 0           | lora: rank 0; it must be at least 1",
                "--lora 8 --budget 2x | lora(8): a budget does not count adapters; compress first, then add adapters to the result",
                "--on               | --on: the value is missing; write GLOB",
                "--on head --keep --bits 8 | --keep: --on head; it excludes all other options of the rule; give one or the other",
            })
    void a_rule_that_makes_no_sense_is_wrong_usage(String options, String error) {
        assertThat(lancet(("plan llama-2-7b " + options).split(" ", -1)))
                .isEqualTo(new Ran(2, "", "error: " + error + "\n"));
    }

    @Test
    void a_budget_chooses_the_ranks_that_no_rule_gives() {
        JsonNode plan = plan(
                "--bits",
                "8",
                "--on",
                "h.0.*",
                "--keep",
                "--on",
                "head",
                "--rank",
                "5",
                "--on",
                "embedding",
                "--bits",
                "8",
                "--budget",
                "6x");

        assertThat(plan.get("compression").asDouble()).isBetween(6.0, 6.05);
        assertThat(because(plan, "h.0.attn.q")).isEqualTo("on(named(\"h.0.*\")).keep()");
        assertThat(because(plan, "head")).isEqualTo("on(named(\"head\")).factorise(rank(5))");
        assertThat(because(plan, "embedding"))
                .isEqualTo("on(named(\"embedding\")).factorise(byBudget(), int8): a table, stays in one piece");
        assertThat(because(plan, "h.9.mlp.up"))
                .startsWith("on(linears()).factorise(byBudget(), int8): ")
                .endsWith(" of all parameters fit 6x");
    }

    @Test
    void a_budget_alone_chooses_8_bits_if_they_suffice() {
        JsonNode plan = plan("--budget", "10GB");

        assertThat(plan.get("bytes_after").asLong()).isLessThan(10_000_000_000L);
        assertThat(plan.get("steps")).hasSize(7 * 32 + 2).allSatisfy(step -> {
            assertThat(step.get("precision").asString()).isEqualTo("int8");
            assertThat(step.get("rank").isNull()).isTrue();
        });
    }

    @Test
    void a_budget_alone_takes_4_bits_before_it_cuts_a_rank() {
        JsonNode plan = plan("--budget", "4x");

        assertThat(plan.get("compression").asDouble()).isGreaterThan(4);
        assertThat(plan.get("steps")).hasSize(7 * 32 + 2).allSatisfy(step -> {
            assertThat(step.get("precision").asString()).isEqualTo("int4");
            assertThat(step.get("rank").isNull()).isTrue();
        });
    }

    @Test
    void a_preset_has_larger_groups_before_it_has_lower_ranks() {
        JsonNode plan = plan("--budget", "7.5x");

        assertThat(plan.get("compression").asDouble()).isGreaterThan(7.5);
        assertThat(plan.get("steps")).allSatisfy(step -> {
            assertThat(step.get("group").asInt()).isGreaterThan(32);
            assertThat(step.get("rank").isNull()).isTrue();
        });
    }

    @Test
    void bits_per_weight_are_a_budget() {
        JsonNode plan = plan("--bits-per-weight", "4.5");

        assertThat(8.0
                        * plan.get("bytes_after").asLong()
                        / plan.get("parameters_before").asLong())
                .isBetween(4.0, 4.5);
        assertThat(plan).isEqualTo(plan("--budget", "4.5bpw"));
        assertThat(lancet("plan", "gpt2-127m", "--bits-per-weight", "4.5", "--budget", "4x"))
                .extracting(Ran::status, Ran::err)
                .satisfies(ran -> assertThat(ran.toString())
                        .contains("--bits-per-weight: 4.5 and --budget 4x both limit the size; give only one"));
        assertThat(lancet("plan", "gpt2-127m", "--bits-per-weight", "0").status())
                .isEqualTo(2);
    }

    @Test
    void a_budget_alone_cuts_ranks_where_4_bits_do_not_suffice() {
        JsonNode plan = plan("--budget", "100MB");

        assertThat(plan.get("bytes_after").asLong()).isBetween(99_000_000L, 100_000_000L);
        assertThat(plan.get("steps"))
                .hasSize(7 * 32 + 2)
                .allSatisfy(step -> assertThat(step.get("precision").asString()).isEqualTo("int4"));
    }

    @Test
    void memory_counts_the_largest_layer_unpacked() {
        JsonNode plan = plan("--bits", "8");

        assertThat(plan.get("memory_bytes").asLong())
                .isEqualTo(plan.get("bytes_after").asLong() + 4L * 4096 * 32_000);
    }

    @Test
    void sixteen_bits_are_half_of_float32_and_are_not_unpacked() {
        JsonNode plan = plan("--on", "*", "--bits", "16");

        assertThat(plan.get("steps")).hasSize(7 * 32 + 2).allSatisfy(step -> {
            assertThat(step.get("precision").asString()).isEqualTo("bfloat16");
            assertThat(step.get("bits").asInt()).isEqualTo(16);
            assertThat(step.get("group").isNull()).isTrue();
            assertThat(2 * step.get("bytes").asLong())
                    .isEqualTo(step.get("bytes_before").asLong());
        });
        assertThat(plan.get("memory_bytes")).isEqualTo(plan.get("bytes_after"));
        assertThat(because(plan, "head")).isEqualTo("on(named(\"*\")).quantize(bfloat16)");
        assertThat(because(plan("--rank", "64", "--bits", "16"), "head"))
                .isEqualTo("on(linears()).factorise(rank(64), bfloat16)");
    }

    @Test
    void a_budget_that_cannot_be_met_names_the_least_bytes() {
        assertThat(lancet("plan", "gpt2-127m", "--budget", "20MB"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: budget: 20MB allows gpt2-127m 20,000,000 bytes, but these rules need at least"
                                + " 20,698,830; allow more, use fewer bits, or let the budget also choose the"
                                + " rank of embedding, which takes 19,600,278 bytes\n"));
    }

    @Test
    void a_preset_has_no_singular_values() {
        assertThat(lancet("plan", "gpt2-127m", "--rank", "4", "--spectra"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: --spectra: gpt2-127m is a preset, which has no weights; name a model with weights\n"));
    }

    private static String because(JsonNode plan, String weight) {
        return step(plan, weight).get("because").asString();
    }

    private static JsonNode step(JsonNode plan, String weight) {
        for (String list : new String[] {"steps", "kept"}) {
            for (JsonNode entry : plan.get(list)) {
                if (entry.get("name").asString().equals(weight)) {
                    return entry;
                }
            }
        }
        throw new AssertionError("no " + weight);
    }

    private static JsonNode plan(String... options) {
        String[] arguments = new String[options.length + 3];
        System.arraycopy(new String[] {"plan", "llama-2-7b", "--json"}, 0, arguments, 0, 3);
        System.arraycopy(options, 0, arguments, 3, options.length);
        return lancet(arguments).json();
    }
}
