package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The site that {@code mvn -T1 -Pdocs} makes of README and docs. */
class SiteTest {

    private static final Path MENU = Path.of("docs/site/site.xml");
    private static final Path SITE = Path.of("target/site");
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("<h([1-4])[^>]*>(.*?)</h\\1>", Pattern.DOTALL);
    private static final Pattern NAMED = Pattern.compile("\\b(?:id|name)=\"([^\"]+)\"");

    @Test
    void its_menu_leads_to_every_page_of_the_documentation_and_to_nothing_else() throws IOException {
        List<String> menu = matches(LINK, Files.readString(MENU)).stream()
                .filter(link -> link.endsWith(".html") && !link.startsWith("apidocs/"))
                .map(link -> link.replaceAll("html$", "md"))
                .toList();
        try (Stream<Path> files = Files.walk(Path.of("docs"))) {
            List<String> pages = files.map(file -> file.toString().replace('\\', '/'))
                    .filter(file -> file.endsWith(".md") && !file.startsWith("docs/history/"))
                    .toList();
            assertThat(menu).containsAll(pages);
        }
        assertThat(menu).allSatisfy(page -> assertThat(Path.of(page.equals("index.md") ? "README.md" : page))
                .exists());
    }

    @Test
    @Tag("dist")
    void none_of_its_links_is_dead() throws IOException {
        assumeTrue(Files.exists(SITE.resolve("index.html")), "there is no site in target; mvn -T1 -Pdocs makes it");
        List<Path> pages;
        try (Stream<Path> files = Files.walk(SITE)) {
            pages = files.filter(file -> file.toString().endsWith(".html"))
                    .filter(file -> !file.startsWith(SITE.resolve("apidocs")))
                    .toList();
        }
        assertThat(pages).hasSizeGreaterThan(20);

        for (Path page : pages) {
            for (String link : matches(LINK, Files.readString(page))) {
                requireTarget(page, link.replace("&amp;", "&"));
            }
        }
    }

    private static void requireTarget(Path page, String link) throws IOException {
        URI uri = URI.create(link.replace(" ", "%20"));
        if (uri.getScheme() != null || uri.getAuthority() != null) {
            return;
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
        assertThat(target).as("%s links to %s", page, link).exists();
        if (uri.getRawFragment() != null && target.toString().endsWith(".html")) {
            String wanted = URLDecoder.decode(uri.getRawFragment(), StandardCharsets.UTF_8);
            assertThat(anchors(target)).as("%s links to %s", page, link).contains(wanted);
        }
    }

    /** The names of a page's places: those in it, and those that its script gives to headings. */
    private static List<String> anchors(Path page) throws IOException {
        String html = Files.readString(page);
        List<String> headings = HEADING.matcher(html)
                .results()
                .map(found -> found.group(2).replaceAll("<[^>]*>", "").strip().toLowerCase(Locale.ROOT))
                .map(SiteTest::unescaped)
                .map(text -> text.replaceAll("[^\\p{L}\\p{N}\\s_-]", "").replaceAll("\\s", "-"))
                .toList();
        return Stream.of(headings, matches(NAMED, html), List.of("", "top"))
                .flatMap(List::stream)
                .collect(Collectors.toList());
    }

    private static String unescaped(String text) {
        return text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
