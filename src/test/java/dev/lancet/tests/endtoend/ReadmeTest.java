package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.script.Script;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README and docs show is true. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");

    private static final String IMPORTS = """
            import dev.lancet.dsl.*;
            import dev.lancet.dsl.plan.*;
            import dev.lancet.dsl.recipe.*;
            import dev.lancet.runtime.*;
            import dev.lancet.surgery.*;
            import java.nio.file.*;
            import java.util.List;
            import org.tensorflow.proto.GraphDef;
            """;

    @TempDir
    Path folder;

    @Test
    void the_java_examples_of_the_readme_compile_together() throws IOException {
        List<String> blocks = blocks(README, "java");
        assertThat(blocks).hasSize(3);
        assertThat(compile(String.join("\n", blocks))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("docs")
    void each_java_example_of_the_docs_compiles(Path page) throws IOException {
        for (String block : blocks(page, "java")) {
            assertThat(compile(block)).as("%s:%n%s", page, block).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("docs")
    void each_script_of_the_docs_is_a_recipe(Path page) throws IOException {
        for (String block : blocks(page, "kotlin")) {
            if (block.contains("recipe(")) {
                Path script = Files.writeString(folder.resolve("example.lancet.kts"), block);
                assertThat(Script.load(script)).as("%s:%n%s", page, block).isInstanceOf(Recipe.class);
            }
        }
    }

    private String compile(String example) {
        StringBuilder imports = new StringBuilder(IMPORTS);
        StringBuilder body = new StringBuilder();
        example.lines().forEach(line -> (line.startsWith("import") ? imports : body)
                .append(line)
                .append('\n'));
        String source = imports + "class Example { List<String> texts; void main() throws Exception {\n" + body + "} }";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        compiler.getTask(complaints, null, null, List.of("-proc:none", "-d", folder.toString()), null, List.of(file))
                .call();
        return complaints.toString();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void the_files_that_commands_name_are_there(Path page) throws IOException {
        Matcher paths =
                Pattern.compile("(?:samples|src/test|bench)/[\\w./-]+").matcher(String.join("\n", blocks(page, "sh")));
        List<Path> named = paths.results().map(found -> Path.of(found.group())).toList();
        assertThat(named).allSatisfy(path -> assertThat(path).exists());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_leads_to_a_file_and_a_heading(Path page) throws IOException {
        Matcher links =
                Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)").matcher(Files.readString(page));
        while (links.find()) {
            Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
            assertThat(target).as("%s links to %s", page, links.group()).exists();
            String heading = links.group(2);
            if (heading != null) {
                assertThat(anchors(target))
                        .as("%s links to %s", page, links.group())
                        .contains(heading);
            }
        }
    }

    @Test
    void the_walks_through_the_code_are_short_and_name_types_that_there_are() throws IOException {
        String contributing = Files.readString(Path.of("CONTRIBUTING.md"));
        List<String> walks =
                List.of(contributing.split("(?m)^### \\d\\. ")).stream().skip(1).toList();
        assertThat(walks).hasSize(5);
        Set<String> types = types();
        for (String walk : walks) {
            assertThat(Pattern.compile("(?m)^\\| `(\\w+)` \\|").matcher(walk).results())
                    .extracting(found -> found.group(1))
                    .hasSizeBetween(5, 12)
                    .isSubsetOf(types);
        }
    }

    /** The names of all files with a type. */
    private static Set<String> types() throws IOException {
        Set<String> types = new HashSet<>();
        for (String room : List.of("dsl", "surgery", "compression", "runtime")) {
            try (Stream<Path> files = Files.walk(Path.of(room))) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .forEach(name -> types.add(name.replace(".java", "")));
            }
        }
        return types;
    }

    /** The headings of a page as GitHub names them. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readString(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    static List<Path> docs() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("docs"))) {
            return all.filter(path -> path.toString().endsWith(".md")).sorted().toList();
        }
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(docs());
        pages.add(README);
        pages.add(Path.of("CONTRIBUTING.md"));
        return pages;
    }

    private static List<String> blocks(Path page, String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = Pattern.compile(" *```" + language + "\n(.*?) *```", Pattern.DOTALL)
                .matcher(Files.readString(page));
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }
}
