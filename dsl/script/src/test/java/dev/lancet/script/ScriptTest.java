package dev.lancet.script;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.ratio;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptTest {

    private static final String KOTLIN = """
            val minutes = corpus("minutes.txt").bytes().holdOut(0.05)

            val gpt = Transformer.decoder("mini")
                .vocabulary(256).context(64).width(64).layers(2)
                .attention(heads(4)).feedForward(swiglu(128)).build()

            val narrow = Compression.keepAll()
                .on(everything()).factorise(ratio(0.25)) +
                Compression.keepAll().on(embedding()).keep()

            recipe("small")
                .candidate("dense", gpt)
                .candidate("low rank", gpt, narrow)
                .pretrain(minutes, adamW(400, 1e-3).seed(42))
                .candidate("low rank int8", after("low rank"), Compression.keepAll().on(everything()).quantize(int8()))
                .evaluate(minutes.heldOut())
                .sample("The Committee", 60)
                .report("target/small")
            """;

    private static final String JAVA = """
            package stories;

            import static dev.lancet.Lancet.*;

            import dev.lancet.dsl.Compression;
            import dev.lancet.dsl.Transformer;
            import dev.lancet.dsl.recipe.Corpus;
            import dev.lancet.dsl.recipe.Recipe;

            public class Small {
                public Recipe small() {
                    Corpus minutes = corpus("minutes.txt").bytes().holdOut(0.05);
                    Transformer gpt = Transformer.decoder("mini")
                            .vocabulary(256).context(64).width(64).layers(2)
                            .attention(heads(4)).feedForward(swiglu(128)).build();
                    Compression narrow = Compression.keepAll()
                            .on(everything()).factorise(ratio(0.25))
                            .on(embedding()).keep();
                    return recipe("small")
                            .candidate("dense", gpt)
                            .candidate("low rank", gpt, narrow)
                            .pretrain(minutes, adamW(400, 1e-3).seed(42))
                            .candidate("low rank int8", after("low rank"),
                                    Compression.keepAll().on(everything()).quantize(int8()))
                            .evaluate(minutes.heldOut())
                            .sample("The Committee", 60)
                            .report("target/small");
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void a_kotlin_script_returns_its_last_expression() throws IOException {
        assertThat(Script.load(script("small.lancet.kts", KOTLIN))).isEqualTo(small());
    }

    @Test
    void a_java_file_with_a_method_declares_the_same_recipe() throws IOException {
        assertThat(Script.load(script("Small.java", JAVA))).isEqualTo(small());
        assertThat(Script.load(script("Small.java", JAVA.replace("public Recipe", "static Recipe"))))
                .isEqualTo(small());
    }

    @Test
    void recipes_from_both_languages_have_the_same_canonical_text() throws IOException {
        assertThat(Script.load(script("small.lancet.kts", KOTLIN)))
                .hasToString(Script.load(script("Small.java", JAVA)).toString());
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> Script.load(Path.of("nowhere.lancet.kts")))
                .isInstanceOf(LancetException.class)
                .hasMessage("script: nowhere.lancet.kts does not exist; check the path");
    }

    @Test
    void a_folder_is_no_script() throws IOException {
        Path script = Files.createDirectory(folder.resolve("folder.java"));

        assertThatThrownBy(() -> Script.load(script)).hasMessage("script: " + script + " is a folder; name a file");
    }

    @Test
    void other_endings_are_turned_away() throws IOException {
        Path text = script("recipe.txt", KOTLIN);
        Path plain = script("recipe.kts", KOTLIN);

        assertThatThrownBy(() -> Script.load(text))
                .hasMessage("script: " + text + " is not a recipe; name a .lancet.kts or a .java file");
        assertThatThrownBy(() -> Script.load(plain))
                .hasMessage("script: " + plain + " has the wrong ending for a recipe in Kotlin; rename it to"
                        + " end in .lancet.kts");
    }

    @Test
    void a_script_that_is_not_utf8_is_turned_away() throws IOException {
        Path script = folder.resolve("latin.lancet.kts");
        Files.write(script, new byte[] {'/', '/', (byte) 0xe9, '\n'});

        assertThatThrownBy(() -> Script.load(script))
                .hasMessage("script: " + script + " is not UTF-8 text; save it as UTF-8");
    }

    private static Recipe small() {
        Corpus minutes = corpus("minutes.txt").bytes().holdOut(0.05);
        Transformer gpt = Transformer.decoder("mini")
                .vocabulary(256)
                .context(64)
                .width(64)
                .layers(2)
                .attention(heads(4))
                .feedForward(swiglu(128))
                .build();
        return recipe("small")
                .candidate("dense", gpt)
                .candidate(
                        "low rank",
                        gpt,
                        Compression.keepAll()
                                .on(everything())
                                .factorise(ratio(0.25))
                                .on(embedding())
                                .keep())
                .pretrain(minutes, adamW(400, 1e-3).seed(42))
                .candidate(
                        "low rank int8",
                        after("low rank"),
                        Compression.keepAll().on(everything()).quantize(int8()))
                .evaluate(minutes.heldOut())
                .sample("The Committee", 60)
                .report("target/small");
    }

    @Test
    void a_kotlin_script_names_the_variants_of_four_bits() throws IOException {
        for (String precision : List.of("nf4(64).doubleQuantized()", "int4(32).asymmetric().doubleQuantized()")) {
            assertThat(Script.load(script("bits.lancet.kts", KOTLIN.replace("int8()", precision)))
                            .toString())
                    .contains("quantize(" + precision + ")");
        }
    }

    private Path script(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void brackets_inside_brackets_without_end_are_refused_before_a_compiler_sees_them(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(
                folder.resolve("deep.lancet.kts"), "val x =\n" + "(".repeat(20_000) + "1" + ")".repeat(20_000));

        assertThatThrownBy(() -> Script.load(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("script: " + file
                        + " has more than 200 brackets inside one another at line 2; split the expression");
    }
}
