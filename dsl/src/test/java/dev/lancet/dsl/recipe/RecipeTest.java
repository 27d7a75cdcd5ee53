package dev.lancet.dsl.recipe;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.calibration;
import static dev.lancet.Lancet.checkpoint;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.denseFirst;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.preset;
import static dev.lancet.Lancet.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeTest {

    private static final Recipe READ = recipe("run").candidate("read", checkpoint("some/where"));

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(() -> recipe(" "), "recipe: the name is empty; give it one"),
                mistake(() -> READ.candidate("", checkpoint("x")), "candidate: the name is empty; give it one"),
                mistake(
                        () -> READ.candidate("read", checkpoint("x")),
                        "candidate: 'read' is already declared; give each candidate its own name"),
                mistake(
                        () -> READ.candidate("small", after("raed")),
                        "candidate: 'raed' is not declared yet; choose one of [read]"),
                mistake(
                        () -> READ.train("small", corpus("t"), adamW(1, 1)),
                        "candidate: 'small' is not declared yet; choose one of [read]"),
                mistake(
                        () -> READ.export("small", "out"),
                        "candidate: 'small' is not declared yet; choose one of [read]"),
                mistake(
                        () -> READ.pretrain(corpus("t"), adamW(1, 1)),
                        "pretrain: no candidate with fresh weights is declared before it; declare one first"),
                mistake(
                        () -> READ.candidate("late", denseFirst(preset("gpt2-127m"), 9), Compression.keepAll()),
                        "candidate: 'late' trains dense first, but has no compression for the rest; add a compression"),
                mistake(
                        () -> READ.candidate(
                                "late",
                                denseFirst(preset("gpt2-127m"), 9),
                                Compression.keepAll().within(budget("2x")),
                                calibration(corpus("t"))),
                        "calibration: candidate 'late' has fresh weights; calibrate one that starts from"
                                + " checkpoint(...) or after(...)"),
                mistake(
                        () -> READ.candidate("same", after("read"), Compression.keepAll(), calibration(corpus("t"))),
                        "calibration: candidate 'same' has no compression to calibrate; add one, or leave the"
                                + " calibration out"),
                mistake(
                        () -> calibration(corpus("t")).samples(0),
                        "samples: 0; at least 1 row is needed to calibrate on"),
                mistake(() -> calibration(corpus("t")).window(1), "window: 1; at least 2 tokens are needed"),
                mistake(
                        () -> calibration(corpus("t")).recover(0),
                        "recover: 0 tokens; give at least 1, or leave the recovery out"),
                mistake(() -> denseFirst(preset("gpt2-127m"), 0), "denseFirst: 0 steps; at least 1 is needed"),
                mistake(
                        () -> READ.seeds(new long[0]),
                        "seeds: none given; add at least one, for example" + " .seeds(1, 2, 3)"),
                mistake(() -> READ.seeds(1, 2, 1), "seeds: [1, 2, 1] contains a seed twice; give each only once"),
                mistake(
                        () -> READ.export("read", "out").seeds(1, 2),
                        "seeds: [1, 2], but [out] holds one model; leave the export out, the report saves all models"),
                mistake(
                        () -> READ.seeds(1, 2).export("read", "out"),
                        "export: 'out' holds one model, but there are 2 seeds; leave the export out, the report"
                                + " saves all models"),
                mistake(() -> READ.sample("a", 0), "sample: 0 tokens; at least 1 is needed"),
                mistake(() -> corpus(""), "corpus: the path is empty; name a text file"),
                mistake(
                        () -> corpus("t").holdOut(1),
                        "holdOut: 1.0; it must be at least 0 and less than 1, for" + " example 0.05"),
                mistake(() -> corpus("t").heldOut(), "corpus t: nothing is held out; add .holdOut(0.05)"));
    }

    private static Arguments mistake(ThrowingCallable recipe, String message) {
        return Arguments.of(recipe, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void what_does_not_fit_is_named(ThrowingCallable recipe, String message) {
        assertThatIllegalArgumentException().isThrownBy(recipe).withMessage(message);
    }

    @Test
    void samples_are_shown_as_the_code_that_declares_them() {
        assertThat(READ.sample("The \"Committee\"\n", 60).toString())
                .endsWith("\n.sample(\"The \\\"Committee\\\"\\n\", 60)");
        assertThat(READ.sample(new Sample("a", 5, 0.5, 0.9, 7)).toString())
                .endsWith("\n.sample(new Sample(\"a\", 5, 0.5, 0.9, 7))");
    }

    @Test
    void pretraining_is_for_all_that_is_declared_above() {
        Recipe run = READ.candidate("a", preset("gpt2-127m"))
                .candidate("b", preset("gpt2-1.5b"))
                .pretrain(corpus("t"), adamW(3, 1e-3))
                .candidate("c", preset("gpt2-127m"));

        assertThat(run.stages()).extracting(Stage::candidate).containsExactly("a", "b");
    }

    @Test
    void the_text_says_everything() {
        Corpus text = corpus("t.txt").tokenizer("tok.json").holdOut(0.05);

        assertThat(READ.candidate(
                                "small",
                                after("read"),
                                Compression.keepAll().on(everything()).quantize(int8()))
                        .candidate("fit", after("read"), Compression.keepAll().within(budget("2x")))
                        .train("small", text, adamW(5, 0.5))
                        .evaluate(text.heldOut())
                        .export("small", "out")
                        .report("there"))
                .hasToString("""
                        recipe("run")
                        .candidate("read",
                            checkpoint("some/where"))
                        .candidate("small",
                            after("read"),
                            Compression.keepAll()
                                .on(everything()).quantize(int8))
                        .candidate("fit",
                            after("read"),
                            Compression.keepAll()
                                .within(budget("2x")))
                        .train("small", corpus("t.txt").tokenizer("tok.json").holdOut(0.05), adamW(5, 0.5).seed(42))
                        .evaluate(corpus("t.txt").tokenizer("tok.json").holdOut(0.05).heldOut())
                        .export("small", "out")
                        .report("there")""");
    }

    @Test
    void a_calibration_is_part_of_the_text_without_its_defaults() {
        Compression rules = Compression.keepAll().within(budget("6x"));

        assertThat(READ.candidate("plain", after("read"), rules, calibration(corpus("t")))
                        .candidate(
                                "small",
                                after("read"),
                                rules,
                                calibration(corpus("t"))
                                        .samples(64)
                                        .window(250)
                                        .seed(3)
                                        .recover(5_000_000_000L)))
                .hasToString("""
                        recipe("run")
                        .candidate("read",
                            checkpoint("some/where"))
                        .candidate("plain",
                            after("read"),
                            Compression.keepAll()
                                .within(budget("6x")),
                            calibration(corpus("t").bytes()))
                        .candidate("small",
                            after("read"),
                            Compression.keepAll()
                                .within(budget("6x")),
                            calibration(corpus("t").bytes()).samples(64).window(250).seed(3).recover(5000000000L))""");
    }

    @Test
    void a_corpus_is_bytes_unless_a_tokenizer_is_named() {
        assertThat(corpus("t"))
                .hasToString("corpus(\"t\").bytes()")
                .isEqualTo(corpus("t").bytes());
        assertThat(corpus("t").rest()).hasToString("corpus(\"t\").bytes().rest()");
    }

    @Test
    void examples_print_as_the_code_that_makes_them_and_a_recipe_trains_on_them() {
        Instructions examples = Instructions.instructions("a.csv", "b.jsonl")
                .template("Is \"{text}\"\ngood?")
                .label("class")
                .chat()
                .packed()
                .cut()
                .holdOut(0.1, 7);
        assertThat(examples)
                .hasToString("instructions(\"a.csv\", \"b.jsonl\").template(\"Is \\\"{text}\\\"\\ngood?\")"
                        + ".label(\"class\").chat().packed().cut().holdOut(0.1, 7)");
        Training training = Training.adamW(9, 1e-4);
        assertThat(Recipe.recipe("r")
                        .candidate("base", Origin.checkpoint("m"))
                        .train("base", examples, training)
                        .toString())
                .endsWith("\n.train(\"base\", " + examples + ", " + training + ")");
        assertThatThrownBy(() -> Instructions.instructions("a.csv").label("class"))
                .hasMessageStartingWith("label: 'class' is the answer, but no template makes a prompt");
        assertThatThrownBy(() -> Instructions.instructions("a.csv").holdOut(1)).hasMessageStartingWith("holdOut: 1.0");
        assertThatThrownBy(() -> Instructions.instructions(" "))
                .hasMessageStartingWith("instructions: the path is empty");
    }
}
