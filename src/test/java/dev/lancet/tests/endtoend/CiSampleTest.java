package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code samples/ci-golden} as a user has it: Maven builds a copy of it against the artifacts of this build. They are installed into
 * a repository under {@code target}, in which all that is not Lancet's is a link to the repository of whoever runs the tests: nothing is
 * downloaded twice, and nothing of Lancet is left behind.
 */
class CiSampleTest {

    private static final Path HOUSE = Path.of("").toAbsolutePath();
    private static final Path SAMPLE = HOUSE.resolve("samples/ci-golden");

    private record Room(String folder, String artifact) {}

    private static final List<Room> ROOMS = List.of(
            new Room("dsl", "lancet-dsl"),
            new Room("dsl/script", "lancet-script"),
            new Room("surgery", "lancet-surgery"),
            new Room("surgery/assertj", "lancet-assertj"),
            new Room("compression", "lancet-compression"),
            new Room("dsl/io", "lancet-io"),
            new Room("runtime/text", "lancet-text"),
            new Room("runtime/checkpoint", "lancet-checkpoint"),
            new Room("runtime", "lancet-runtime"),
            new Room("runtime/onnx/schema", "lancet-onnx-schema"),
            new Room("runtime/onnx", "lancet-onnx"),
            new Room("runtime/translation", "lancet-translation"),
            new Room("runtime/gguf", "lancet-gguf"),
            new Room("runtime/bench", "lancet-bench"),
            new Room("runtime/serve", "lancet-serve"),
            new Room("runtime/cli", "lancet-cli"),
            new Room("runtime/maven", "lancet-maven-plugin"));

    private record Ran(int status, String output) {}

    @Test
    @Tag("slow")
    void a_users_build_passes_with_these_artifacts_and_fails_where_the_plan_moves() throws Exception {
        String maven = told("lancet.test.maven");
        String version = told("lancet.test.version");
        Path out = HOUSE.resolve(told("lancet.test.out"));
        Path work = out.resolve("ci-golden");
        delete(work);
        Path repository = work.resolve("repository");
        linked(Path.of(told("lancet.test.repository")), repository);
        installed(repository.resolve("dev/lancet"), version);
        Path project = copied(work.resolve("project"));
        List<String> command = List.of(
                Path.of(maven, "bin", windows() ? "mvn.cmd" : "mvn").toString(),
                "-B",
                "-ntp",
                "-Dmaven.repo.local=" + repository,
                "-Dlancet.version=" + version);

        Ran good = maven(and(command, "verify"), project);
        assertThat(good.status()).as(good.output()).isZero();
        assertThat(good.output())
                .contains("Tests run: 3, Failures: 0, Errors: 0, Skipped: 0", "[INFO] rhyme.plan is as in ");

        Path script = project.resolve("model/Rhyme.java");
        Files.writeString(script, Files.readString(script).replace("rank(24)", "rank(20)"));
        Ran moved = maven(and(command, "-Dtest=RhymeTest#the_plan_is_golden", "surefire:test"), project);
        assertThat(moved.status()).as(moved.output()).isNotZero();
        assertThat(moved.output())
                .contains(
                        "golden: rhyme.plan differs from the actual text",
                        "-h.0.mlp.up = ",
                        "+h.0.mlp.up = ",
                        "-Dgolden.update=true");
    }

    private static List<String> and(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toList();
    }

    private static String told(String property) {
        String value = System.getProperty(property, "");
        assumeTrue(!value.isEmpty(), "Maven did not start this test: it does not say " + property);
        return value;
    }

    private static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    }

    /** A repository of links; {@code dev} is a folder of its own, because Lancet lies in it. */
    private static void linked(Path known, Path repository) throws IOException {
        assumeTrue(Files.isDirectory(known), "there is no Maven repository at " + known);
        Files.createDirectories(repository.resolve("dev"));
        for (Path child : children(known)) {
            if (!child.getFileName().toString().equals("dev")) {
                link(repository.resolve(child.getFileName()), child);
            }
        }
        for (Path child : children(known.resolve("dev"))) {
            if (!child.getFileName().toString().equals("lancet")) {
                link(repository.resolve("dev").resolve(child.getFileName()), child);
            }
        }
    }

    private static void link(Path from, Path to) {
        Optional<Path> made;
        try {
            made = Optional.of(Files.createSymbolicLink(from, to));
        } catch (IOException | UnsupportedOperationException refused) {
            made = Optional.empty();
        }
        assumeTrue(
                made.isPresent(),
                "this system makes no links for us, so there is no repository to build the sample with");
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        }
    }

    private static void installed(Path group, String version) throws IOException {
        install(group, HOUSE.resolve("pom.xml"), "lancet-parent", version, ".pom");
        Path bom = HOUSE.resolve("runtime/bom").resolve(told("lancet.test.out")).resolve(".flattened-pom.xml");
        assumeTrue(Files.exists(bom), "there is no " + bom + "; mvn verify makes it");
        install(group, bom, "lancet-bom", version, ".pom");
        for (Room room : ROOMS) {
            Path folder = HOUSE.resolve(room.folder());
            Path built = folder.resolve(told("lancet.test.out"));
            Path versioned = built.resolve(room.artifact() + "-" + version + ".jar");
            // The launcher's jar has no version in its name.
            Path jar = Files.exists(versioned) ? versioned : built.resolve(room.artifact() + ".jar");
            assumeTrue(
                    fresh(jar, built.resolve("classes")),
                    "there is no " + jar + " of these classes; mvn verify makes it");
            install(group, folder.resolve("pom.xml"), room.artifact(), version, ".pom");
            install(group, jar, room.artifact(), version, ".jar");
        }
    }

    /** Whether a jar holds these files as they are; times do not tell, for Maven leaves a jar alone that would come out the same. */
    private static boolean fresh(Path jar, Path classes) throws IOException {
        if (!Files.exists(jar)) {
            return false;
        }
        try (ZipFile zip = new ZipFile(jar.toFile());
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ZipEntry entry =
                        zip.getEntry(classes.relativize(file).toString().replace('\\', '/'));
                if (entry == null
                        || !Arrays.equals(zip.getInputStream(entry).readAllBytes(), Files.readAllBytes(file))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void install(Path group, Path file, String artifact, String version, String kind)
            throws IOException {
        Path folder = Files.createDirectories(group.resolve(artifact).resolve(version));
        Files.copy(file, folder.resolve(artifact + "-" + version + kind));
    }

    /** With a {@code .mvn} of its own, so that Maven does not take the house around it for its project. */
    private static Path copied(Path project) throws IOException {
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = SAMPLE.relativize(file);
                if (!name.startsWith("target")) {
                    Path copy = project.resolve(name);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        Files.createDirectories(project.resolve(".mvn"));
        return project;
    }

    /** Off the network, on which it has nothing to fetch; where something is missing all the same, on it. */
    private static Ran maven(List<String> command, Path project) throws IOException, InterruptedException {
        List<String> offline = new ArrayList<>(command);
        offline.add(1, "-o");
        Ran ran = run(offline, project);
        return ran.status() != 0 && ran.output().contains("offline mode") ? run(command, project) : ran;
    }

    private static Ran run(List<String> command, Path project) throws IOException, InterruptedException {
        Path log = Files.createTempFile(project.getParent(), "maven", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
        // Over before the second compiler has warmed up.
        builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Ran(process.waitFor(), Files.readString(log, StandardCharsets.UTF_8));
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
