package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The artifacts and versions that the BOM and the pages name are those of this build. */
class CoordinatesTest {

    private static final Path ROOT = Path.of("pom.xml");
    private static final Set<String> NOT_PUBLISHED = Set.of("lancet-samples", "lancet-tests");

    @Test
    void the_bom_lists_every_published_library() throws IOException {
        Set<String> libraries = new TreeSet<>(modules());
        libraries.removeAll(NOT_PUBLISHED);
        // A BOM is for dependencies, and plugins are none.
        libraries.removeAll(Set.of("lancet-bom", "lancet-maven-plugin"));

        String managed = after("<dependencyManagement>", Files.readString(Path.of("runtime/bom/pom.xml")));
        assertThat(found("<artifactId>(lancet-[a-z0-9-]+)</artifactId>", managed))
                .hasSameElementsAs(libraries);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pages_name_artifacts_and_versions_that_are_built_here(Path page) throws IOException {
        String text = Files.readString(page);
        List<String> artifacts = new ArrayList<>(found("<artifactId>(lancet-[a-z0-9-]+)</artifactId>", text));
        artifacts.addAll(found("dev\\.lancet:(lancet-[a-z0-9-]+)", text));
        assertThat(modules()).containsAll(artifacts);

        String version = version();
        List<String> versions = new ArrayList<>(
                found("<artifactId>lancet-[a-z0-9-]+</artifactId>\\s*<version>([^<$]+)</version>", text));
        versions.addAll(found("dev\\.lancet:lancet-[a-z0-9-]+:([\\w.-]+)", text));
        versions.addAll(found("lancet-(\\d[\\w.]*-?[A-Z]*)(?=[-/])", text));
        assertThat(versions).allMatch(version::equals, "is " + version);
    }

    @Test
    void the_page_on_getting_lancet_names_the_native_libraries_of_this_build() throws IOException {
        Map<String, String> named = new LinkedHashMap<>();
        Pattern.compile("\"(?:org\\.tensorflow|org\\.bytedeco):([a-z-]+):([\\w.-]+):\\$platform\"")
                .matcher(Files.readString(Path.of("docs/get.md")))
                .results()
                .forEach(one -> named.put(one.group(1), one.group(2)));

        assertThat(named)
                .containsOnly(
                        Map.entry("tensorflow-core-native", property("tensorflow.version")),
                        Map.entry("javacpp", property("javacpp.version")),
                        Map.entry("openblas", property("openblas.version")));
    }

    @Test
    void the_page_on_getting_lancet_names_every_platform_that_has_a_profile() throws IOException {
        Set<String> platforms = new TreeSet<>(
                found("<tensorflow\\.natives>([a-z0-9_-]+)</tensorflow\\.natives>", Files.readString(ROOT)));

        assertThat(platforms).hasSize(5);
        String systems =
                after("## Systems\n", Files.readString(Path.of("docs/get.md"))).split("\n## ", -1)[0];
        assertThat(found("(?m)^\\| [^|]+ \\| `([a-z0-9_-]+)` \\|", systems)).hasSameElementsAs(platforms);
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(
                            Stream.of(Path.of("README.md"), Path.of("samples/ci-golden/pom.xml")),
                            docs.filter(page -> page.toString().endsWith(".md")))
                    .filter(page -> !page.toString().contains("history"))
                    .toList();
        }
    }

    /** The artifacts of all modules. */
    private static Set<String> modules() throws IOException {
        Set<String> artifacts = new TreeSet<>();
        for (String folder : found("<module>([^<]+)</module>", Files.readString(ROOT))) {
            String own = after("</parent>", Files.readString(Path.of(folder, "pom.xml")));
            artifacts.add(found("<artifactId>([^<]+)</artifactId>", own).get(0));
        }
        return artifacts;
    }

    private static String version() throws IOException {
        return found("<artifactId>lancet-parent</artifactId>\\s*<version>([^<]+)</version>", Files.readString(ROOT))
                .get(0);
    }

    private static String property(String name) throws IOException {
        return found("<" + Pattern.quote(name) + ">([^<]+)<", Files.readString(ROOT))
                .get(0);
    }

    private static String after(String mark, String text) {
        assertThat(text).contains(mark);
        return text.substring(text.indexOf(mark));
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult one) -> one.group(1))
                .collect(Collectors.toList());
    }
}
