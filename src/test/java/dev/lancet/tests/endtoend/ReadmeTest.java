package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is true. */
class ReadmeTest {

    private static final String IMPORTS = """
            import dev.lancet.dsl.*;
            import dev.lancet.dsl.plan.*;
            import dev.lancet.dsl.recipe.*;
            import dev.lancet.runtime.*;
            import dev.lancet.surgery.*;
            import java.nio.file.*;
            import org.tensorflow.proto.GraphDef;
            """;

    @TempDir
    Path folder;

    @Test
    void its_java_examples_compile() throws IOException {
        List<String> blocks = blocks("java");
        assertThat(blocks).hasSize(3);
        StringBuilder imports = new StringBuilder(IMPORTS);
        StringBuilder body = new StringBuilder();
        String.join("\n", blocks).lines().forEach(line -> (line.startsWith("import") ? imports : body)
                .append(line)
                .append('\n'));
        assertThat(compile(imports + "class Readme { void main() throws Exception {\n" + body + "} }"))
                .isEmpty();
    }

    private String compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Readme.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        compiler.getTask(complaints, null, null, List.of("-proc:none", "-d", folder.toString()), null, List.of(file))
                .call();
        return complaints.toString();
    }

    @Test
    void the_files_that_its_commands_name_are_there() throws IOException {
        Matcher paths = Pattern.compile("(?:samples|src/test)/[\\w./-]+").matcher(String.join("\n", blocks("sh")));
        List<Path> named = paths.results().map(found -> Path.of(found.group())).toList();
        assertThat(named).isNotEmpty().allSatisfy(path -> assertThat(path).exists());
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }
}
