package dev.lancet.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads who wrote something wrong. */
class ScriptFaultTest {

    @TempDir
    private Path folder;

    @Test
    void a_kotlin_syntax_error_is_shown_where_it_stands() throws IOException {
        ScriptException wrong = wrong("bad.lancet.kts", "val a = 1\nval b = 2 +* 3\nrecipe(\"x\")\n");

        assertThat(wrong).hasMessage(folder.resolve("bad.lancet.kts") + ":2:12: Syntax error: Expecting an element.");
        assertThat(wrong.excerpt()).startsWith("val b = 2 +* 3\n           ^\n");
    }

    @Test
    void a_kotlin_type_error_is_shown_in_the_words_of_kotlin() throws IOException {
        ScriptException wrong = wrong("bad.lancet.kts", "val n = 4\nval a = heads(\"four\")\nrecipe(\"x\")\n");

        assertThat(wrong)
                .hasMessage(folder.resolve("bad.lancet.kts")
                        + ":2:15: Argument type mismatch: actual type is 'String', but 'Int' was expected.");
        assertThat(wrong.excerpt()).isEqualTo("val a = heads(\"four\")\n              ^\n");
    }

    @Test
    void every_error_is_shown_the_first_as_the_message() throws IOException {
        ScriptException wrong = wrong("bad.lancet.kts", "val a = hats(4)\nval b = rang(2)\n");

        assertThat(wrong.getMessage()).endsWith(":1:9: Unresolved reference 'hats'.");
        assertThat(wrong.excerpt())
                .isEqualTo("val a = hats(4)\n        ^\n" + folder.resolve("bad.lancet.kts")
                        + ":2:9: Unresolved reference 'rang'.\nval b = rang(2)\n        ^\n");
    }

    @Test
    void null_where_the_language_wants_a_value_does_not_compile() throws IOException {
        assertThat(wrong("bad.lancet.kts", "recipe(null)\n"))
                .hasMessageContaining(":1:8: ")
                .hasMessageContaining("Null");
    }

    @Test
    void a_script_must_end_with_a_recipe() throws IOException {
        assertThat(wrong("end.lancet.kts", "recipe(\"x\")\n\n40 + 2\n\n"))
                .hasMessage(folder.resolve("end.lancet.kts")
                        + ":3:1: the script ends with a kotlin.Int; its last expression must be a Recipe, begun by"
                        + " recipe(\"name\")");
        assertThat(wrong("end.lancet.kts", "val x = recipe(\"x\")\n"))
                .hasMessageContaining(":1:1: the script ends with nothing; its last expression must be a Recipe");
        assertThat(wrong("end.lancet.kts", "")).hasMessageContaining(":1:1: the script ends with nothing;");
    }

    @Test
    void an_argument_that_the_language_refuses_is_shown_where_the_script_gave_it() throws IOException {
        ScriptException wrong = wrong("deep.lancet.kts", """
                val cut = Compression.keepAll()
                    .on(attention()).quantize(int8())
                    .on(feedForward()).factorise(ratio(1.5))

                recipe("x")
                """);

        assertThat(wrong)
                .hasMessage(folder.resolve("deep.lancet.kts")
                        + ":3:34: ratio: 1.5; it must lie between 0 and 1, both excluded");
        assertThat(wrong.excerpt())
                .isEqualTo("    .on(feedForward()).factorise(ratio(1.5))\n                                 ^\n");
    }

    @Test
    void an_exception_of_the_scripts_own_is_shown_with_its_kind() throws IOException {
        assertThat(wrong("own.lancet.kts", "\n  \"four\".toInt()\nrecipe(\"x\")\n"))
                .hasMessage(
                        folder.resolve("own.lancet.kts") + ":2:3: NumberFormatException: For input string: \"four\"");
    }

    @Test
    void a_java_error_is_shown_in_the_same_form() throws IOException {
        ScriptException wrong = wrong("Bad.java", """
                import dev.lancet.dsl.recipe.Recipe;
                public class Bad {
                \tRecipe it() { return recip("x"); }
                }
                """);

        assertThat(wrong).hasMessage(folder.resolve("Bad.java") + ":3:23: cannot find symbol");
        assertThat(wrong.excerpt()).isEqualTo("""
                            symbol:   method recip(java.lang.String)
                            location: class Bad
                        \tRecipe it() { return recip("x"); }
                        \t                     ^
                        """);
    }

    @Test
    void an_exception_in_a_java_recipe_is_shown_with_its_place() throws IOException {
        assertThat(wrong("Deep.java", """
                        import dev.lancet.Lancet;
                        import dev.lancet.dsl.recipe.Recipe;
                        class Deep {
                            static Recipe it() {
                                Lancet.heads(0);
                                return Lancet.recipe("x");
                            }
                        }
                        """)).hasMessageStartingWith(folder.resolve("Deep.java") + ":5:16: ");
    }

    @Test
    void a_java_file_needs_one_method_that_returns_a_recipe() throws IOException {
        assertThat(wrong("None.java", "class None {}\n"))
                .hasMessage(folder.resolve("None.java")
                        + ":1:1: class None has no method without parameters that returns a Recipe; add one");
        assertThat(wrong("Two.java", """
                        import dev.lancet.dsl.recipe.Recipe;
                        class Two { Recipe a() { return null; } Recipe b() { return null; } }
                        """))
                .hasMessage(folder.resolve("Two.java")
                        + ":2:1: class Two has several methods that return a Recipe (a, b); keep one");
        assertThat(wrong(
                        "Nil.java",
                        "import dev.lancet.dsl.recipe.Recipe;\nclass Nil { static Recipe a() { return null; } }\n"))
                .hasMessage(folder.resolve("Nil.java") + ":2:1: a() returned null, not a Recipe");
        assertThat(wrong("Other.java", "class Another {}\n"))
                .hasMessage(folder.resolve("Other.java") + ":1:1: the file has no class Other; give one class"
                        + " the name of the file");
    }

    private ScriptException wrong(String name, String text) throws IOException {
        Path script = Files.writeString(folder.resolve(name), text);
        return catchThrowableOfType(ScriptException.class, () -> Script.load(script));
    }
}
