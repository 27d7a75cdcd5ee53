package dev.lancet.runtime.json;

import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.matching;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LanguageJsonTest {

    private static final Transformer MINI = Transformer.decoder("mini")
            .vocabulary(32)
            .context(16)
            .width(8)
            .layers(1)
            .attention(heads(2))
            .feedForward(swiglu(12))
            .build();

    @Test
    void a_transformer_prints_as_its_declaration() {
        assertThat(LanguageJson.pretty(MINI)).isEqualTo("""
                        {
                          "name" : "mini",
                          "vocabulary" : 32,
                          "context" : 16,
                          "width" : 8,
                          "layers" : 1,
                          "attention" : {
                            "heads" : 2,
                            "kvHeads" : 2,
                            "headWidth" : 4,
                            "qkvBiased" : false,
                            "outputBiased" : false,
                            "window" : 0
                          },
                          "feedForward" : {
                            "kind" : "swiglu",
                            "hidden" : 12,
                            "bias" : false
                          },
                          "norm" : {
                            "kind" : "rms",
                            "epsilon" : 1.0E-5
                          },
                          "position" : {
                            "kind" : "rotary",
                            "theta" : 10000.0,
                            "scaling" : {
                              "kind" : "unscaled"
                            }
                          },
                          "tiedHead" : true
                        }""");
    }

    @Test
    void a_compression_prints_as_its_own_code() {
        Compression diet = Compression.keepAll()
                .on(attention().blocks(0, 1))
                .factorise(rank(3), int4(32))
                .on(everything())
                .keep();
        assertThat(LanguageJson.compact(diet))
                .isEqualTo(
                        "{\"clauses\":[{\"selector\":{\"kind\":\"and\",\"one\":{\"kind\":\"roles\",\"roles\":"
                                + "[\"query\",\"key\",\"value\",\"output\"]},\"other\":{\"kind\":\"blocks\",\"first\":0,\"last\":1}},"
                                + "\"treatment\":{\"rank\":{\"kind\":\"rank\",\"value\":3,\"larger\":false},"
                                + "\"precision\":{\"kind\":\"int4\",\"group\":32}}},"
                                + "{\"selector\":{\"kind\":\"everything\"},\"treatment\":{\"precision\":{\"kind\":\"float32\"}}}]}");
        assertThat(LanguageJson.read(LanguageJson.compact(diet), Compression.class))
                .isEqualTo(diet);
    }

    @Test
    void a_flag_of_a_precision_is_written_only_if_it_is_set() {
        assertThat(LanguageJson.compact(int4(32))).isEqualTo("{\"kind\":\"int4\",\"group\":32}");
        assertThat(LanguageJson.compact(nf4(64).doubleQuantized()))
                .isEqualTo("{\"kind\":\"nf4\",\"group\":64,\"compactScales\":true}");
        for (Precision precision : List.of(
                int4(32),
                nf4(64).doubleQuantized(),
                int4(32).asymmetric(),
                int4(32).doubleQuantized(),
                int4(32).asymmetric().doubleQuantized())) {
            assertThat(LanguageJson.read(LanguageJson.compact(precision), Precision.class))
                    .isEqualTo(precision);
        }
    }

    @Test
    void an_empty_rank_of_a_step_is_left_out_and_read_back() {
        Plan plan = Plan.of(MINI, Compression.keepAll().on(attention()).factorise(rank(2)));
        assertThat(LanguageJson.read(LanguageJson.pretty(plan), Plan.class)).isEqualTo(plan);
        assertThat(LanguageJson.compact(plan.step("h.0.mlp.up")))
                .doesNotContain("rank")
                .doesNotContain("predictedError");
        assertThat(LanguageJson.compact(plan.step("h.0.attn.q"))).contains("\"rank\":2");
    }

    @Test
    void a_map_keeps_its_nulls() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("window", null);
        assertThat(LanguageJson.compact(map)).isEqualTo("{\"window\":null}");
    }

    @Test
    void a_predicate_cannot_be_written() {
        Compression diet = Compression.keepAll()
                .on(matching("wide", weight -> weight.columns() > 9).and(attention()))
                .keep();
        assertThatThrownBy(() -> LanguageJson.compact(diet))
                .isInstanceOf(LancetException.class)
                .hasMessage("json: matching(\"wide\") is a predicate, and code cannot be written as JSON;"
                        + " select by roles, blocks or names instead");
    }

    @Test
    void an_unknown_key_is_named_with_its_place_and_those_near_it() {
        fails(
                Precision.class,
                "{\n  \"kind\": \"int4\",\n  \"gruop\": 32\n}",
                "json: key 'gruop' is not known at line 3, column 3; near it: group, zeroPoints, compactScales");
    }

    @Test
    void an_unknown_key_deep_inside_is_named() {
        fails(
                Transformer.class,
                LanguageJson.compact(MINI).replace("\"kvHeads\"", "\"kvheads\""),
                "json: key 'kvheads' is not known at line 1, column 89; near it: kvHeads, heads, qkvBiased");
    }

    @Test
    void an_unknown_key_beside_all_the_known_ones_is_named() {
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":32,\"size\":4}",
                "json: key 'size' is not known at line 1, column 27; near it: group, zeroPoints, compactScales");
    }

    @Test
    void a_missing_key_is_named() {
        fails(
                Transformer.class,
                LanguageJson.compact(MINI).replace("\"width\":8,", ""),
                "json: key 'width' is missing at line 1, column 342; add it");
        fails(Precision.class, "{\"kind\":\"int4\"}", "json: key 'group' is missing at line 1, column 15; add it");
    }

    @Test
    void an_unknown_kind_lists_the_known_kinds() {
        fails(
                Precision.class,
                "{\"kind\":\"int5\"}",
                "json: kind 'int5' is not known at line 1, column 9; choose one of bfloat16, float32, int4, int8, nf4");
    }

    @Test
    void a_missing_kind_lists_the_known_kinds() {
        fails(
                Rank.class,
                "{\"value\":3}",
                "json: key 'kind' is missing at line 1, column 11; add one of byBudget, energy, rank, ratio");
    }

    @Test
    void a_wrong_type_names_the_key() {
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":\"many\"}",
                "json: key 'group' takes a whole number at line 1, column 24; correct it");
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":2.5}",
                "json: key 'group' takes a whole number at line 1, column 24; correct it");
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":null}",
                "json: key 'group' takes a whole number at line 1, column 24; correct it");
    }

    @Test
    void a_value_that_the_language_refuses_says_why() {
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":3}",
                "json: int4: group 3; it must be even and at least 2, usually 32 at line 1, column 25");
    }

    @Test
    void a_repeated_key_is_rejected() {
        fails(
                Precision.class,
                "{\"kind\":\"int4\",\"group\":4,\"group\":8}",
                "json: key 'group' occurs twice at line 1, column 33; keep one");
    }

    @Test
    void text_that_is_no_json_says_where() {
        assertThatThrownBy(() -> LanguageJson.read("{\n oops", Precision.class))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("json: is not JSON at line 2, column ");
    }

    @Test
    void text_after_the_value_is_refused() {
        assertThatThrownBy(() -> LanguageJson.read("{\"kind\":\"int8\"} {}", Precision.class))
                .isInstanceOf(LancetException.class);
    }

    private static void fails(Class<?> type, String json, String message) {
        assertThatThrownBy(() -> LanguageJson.read(json, type))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
    }

    @Test
    void a_recipe_with_examples_reads_back_as_an_equal_value() {
        Recipe recipe = Recipe.recipe("r")
                .candidate("base", Origin.checkpoint("m"))
                .train("base", Corpus.corpus("a.txt"), Training.adamW(3, 1e-3))
                .train(
                        "base",
                        Instructions.instructions("a.csv")
                                .template("{text}")
                                .label("class")
                                .packed()
                                .holdOut(0.1),
                        Training.adamW(9, 1e-4));
        String json = LanguageJson.pretty(recipe);
        assertThat(LanguageJson.read(json, Recipe.class)).isEqualTo(recipe);
        assertThat(json).contains("\"corpus\" : {", "\"examples\" : {", "\"template\" : \"{text}\"");
    }
}
