package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The archive of {@code mvn -Pdist package}, unpacked where nothing is on the path but Java. */
@Tag("dist")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistributionTest {

    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", WINDOWS ? "java.exe" : "java");
    private static final Path FIXTURE = Path.of("src/test/resources/fixtures/stories260K-hf");

    private record Ran(int status, String output) {}

    private Path folder;
    private Path home;

    @BeforeAll
    void unpack(@TempDir Path empty) throws IOException {
        folder = empty;
        String version = System.getProperty("lancet.test.version", "");
        Path archive = Path.of(
                "runtime/cli",
                System.getProperty("lancet.test.out", "target"),
                "lancet-" + version + "-" + Loader.getPlatform() + (WINDOWS ? ".zip" : ".tar.gz"));
        assumeTrue(Files.exists(archive), "there is no " + archive + "; mvn -Pdist package makes it");
        try (InputStream bytes = Files.newInputStream(archive);
                ArchiveInputStream<?> entries = WINDOWS
                        ? new ZipArchiveInputStream(bytes)
                        : new TarArchiveInputStream(new GZIPInputStream(bytes))) {
            for (ArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                unpack(entry, entries);
            }
        }
        home = folder.resolve("lancet-" + version);
    }

    @Test
    void it_says_its_version() throws IOException, InterruptedException {
        Ran ran = lancet("version");

        assertThat(ran.output().strip()).isEqualTo("lancet " + System.getProperty("lancet.test.version"));
        assertThat(ran.status()).isZero();
    }

    @Test
    void it_compresses_a_model_that_then_writes() throws IOException, InterruptedException {
        Path small = folder.resolve("a small model");
        Ran compressed =
                lancet("compress", FIXTURE.toAbsolutePath().toString(), "--bits", "8", "--out", small.toString());
        assertThat(compressed.status()).as(compressed.output()).isZero();
        assertThat(small.resolve("report.json")).exists();

        Ran written = lancet("generate", small.toString(), "--prompt", "Once upon a time", "--max-tokens", "8");
        assertThat(written.status()).as(written.output()).isZero();
        assertThat(written.output()).contains("there was");
    }

    @Test
    void it_reads_scripts() throws IOException, InterruptedException {
        Ran ran = lancet("plan", "samples/quickstart.lancet.kts");

        assertThat(ran.status()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("low rank");
    }

    /** The class path names the folder, and Java reads it in any order. */
    @Test
    void no_class_is_in_two_of_its_jars() throws IOException {
        TreeMap<String, Set<String>> places = new TreeMap<>();
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            for (Path jar :
                    jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                try (ZipFile zip = new ZipFile(jar.toFile())) {
                    zip.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                            .filter(name -> !name.equals("module-info.class"))
                            .forEach(name -> places.computeIfAbsent(name, none -> new TreeSet<>())
                                    .add(jar.getFileName().toString()));
                }
            }
        }
        assertThat(places).containsKey("dev/lancet/cli/Main.class");
        places.values().removeIf(jars -> jars.size() == 1);

        assertThat(places).isEmpty();
    }

    private void unpack(ArchiveEntry entry, InputStream bytes) throws IOException {
        Path file = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        Files.copy(bytes, file);
        if (entry instanceof TarArchiveEntry tar && (tar.getMode() & 0100) != 0) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private Ran lancet(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (WINDOWS) {
            command.addAll(
                    List.of("cmd.exe", "/c", home.resolve("bin/lancet.cmd").toString()));
        } else {
            command.add(home.resolve("bin/lancet").toString());
        }
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        if (WINDOWS) {
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        } else {
            builder.environment().clear();
            builder.environment().put("PATH", onlyJava().toString());
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), output);
    }

    /** A folder with one program in it. */
    private Path onlyJava() throws IOException {
        Path path = Files.createDirectories(folder.resolve("path"));
        Path java = path.resolve("java");
        return Files.exists(java) ? path : Files.createSymbolicLink(java, JAVA).getParent();
    }
}
