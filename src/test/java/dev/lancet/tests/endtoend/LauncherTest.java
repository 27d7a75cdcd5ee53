package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a house that is built, with a {@code java} that says what its environment is. */
class LauncherTest {

    private static final Path SHELL = Path.of("/bin/sh");

    private static final String JAVA = """
            #!/bin/sh
            case $* in
                *-version*) echo '    java.specification.version = 17' ;;
                *doctor*locale*) echo "${LC_ALL:-none}" ;;
                *) echo "$TF_CPP_MIN_LOG_LEVEL" ;;
            esac
            """;

    @TempDir
    Path house;

    @BeforeEach
    void build() throws IOException {
        assumeTrue(Files.isExecutable(SHELL), "there is no " + SHELL + " to run the launcher");
        for (String room : List.of("dsl", "surgery", "compression", "runtime/cli/target", "jdk/bin")) {
            Files.createDirectories(house.resolve(room));
        }
        Path shared = Path.of("runtime/cli/src/dist/lib");
        Files.createDirectories(house.resolve(shared));
        Files.copy(Path.of("lancet"), house.resolve("lancet"));
        Files.copy(shared.resolve("launch.sh"), house.resolve(shared).resolve("launch.sh"));
        Path java = Files.writeString(house.resolve("jdk/bin/java"), JAVA);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path pom = Files.writeString(house.resolve("pom.xml"), "");
        Files.setLastModifiedTime(pom, FileTime.fromMillis(0));
        Files.writeString(
                house.resolve("runtime/cli/target/lancet.classpath"), house.toRealPath() + "/runtime/target/classes");
    }

    @Test
    void only_errors_of_tensorflow_are_asked_for() throws IOException, InterruptedException {
        assertThat(said(Map.of(), "run", "recipe.lancet.kts")).isEqualTo("2");
    }

    @Test
    void with_v_all_of_the_log_is_asked_for() throws IOException, InterruptedException {
        assertThat(said(Map.of(), "run", "-v", "recipe.lancet.kts")).isEqualTo("0");
        assertThat(said(Map.of(), "--tf32", "on", "--verbose")).isEqualTo("0");
    }

    @Test
    void the_environment_has_its_say_unless_there_is_a_v() throws IOException, InterruptedException {
        Map<String, String> fatal = Map.of("TF_CPP_MIN_LOG_LEVEL", "3");
        assertThat(said(fatal, "doctor")).isEqualTo("3");
        assertThat(said(fatal, "doctor", "-v")).isEqualTo("0");
    }

    @Test
    void without_a_locale_in_utf_8_java_gets_one() throws IOException, InterruptedException {
        Map<String, String> bare = Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", "");
        Map<String, String> german = Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", "de_DE.utf8");
        assertThat(said(bare, "doctor", "locale")).isEqualTo("C.UTF-8");
        assertThat(said(Map.of("LC_ALL", "POSIX"), "doctor", "locale")).isEqualTo("C.UTF-8");
        assertThat(said(german, "doctor", "locale")).isEqualTo("none");
    }

    private String said(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        SHELL.toString(),
                                        house.resolve("lancet").toString()),
                                Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("TF_CPP_MIN_LOG_LEVEL", "LANCET_GPU", "LANCET_JAVA_OPTS"));
        builder.environment().put("JAVA_HOME", house.resolve("jdk").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }
}
