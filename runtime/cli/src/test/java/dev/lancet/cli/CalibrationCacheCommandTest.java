package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measurements that are kept for later commands. */
class CalibrationCacheCommandTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String STORIES = FIXTURES + "stories260K-hf";
    private static final String MLP = FIXTURES + "dense-mlp-savedmodel/saved_model";
    private static final String REUSED = "calibration: reused from ";
    private static final String ANEW = "measured anew";

    @TempDir
    private Path folder;

    /** Few token ids, because each test compresses several times. */
    private String ids() throws IOException {
        byte[] all = Files.readAllBytes(Path.of(FIXTURES + "stories260K-reference/calibration_ids.i32"));
        return Files.write(folder.resolve("ids.i32"), Arrays.copyOf(all, 12 * 32 * Integer.BYTES))
                .toString();
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Ran compress(String out, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("compress", STORIES, "--calibrate", ids(), "--window", "32", "--samples", "4"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--out", folder.resolve(out).toString()));
        Ran ran = lancet(arguments.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran;
    }

    private Ran cached(String out, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--cache", cache().toString()));
        arguments.addAll(List.of(more));
        return compress(out, arguments.toArray(String[]::new));
    }

    private Path kept(String kind) throws IOException {
        try (Stream<Path> files = Files.list(cache())) {
            return files.filter(file -> file.toString().endsWith(kind))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void same(String one, String other) {
        for (String name : List.of("model.safetensors", "plan.json", "lancet.json")) {
            assertThat(folder.resolve(one).resolve(name))
                    .hasSameBinaryContentAs(folder.resolve(other).resolve(name));
        }
    }

    @Test
    void a_second_compression_reuses_what_the_first_measured_and_writes_the_same_bytes() throws IOException {
        assertThat(cached("first", "--bits", "4").err()).doesNotContain(REUSED);
        Ran second = cached("second", "--bits", "4");
        assertThat(second.err()).contains(REUSED + kept("grams") + ", measured 2");
        same("first", "second");
        assertThat(compress("third", "--bits", "4", "--no-cache").err()).doesNotContain(REUSED);
        same("first", "third");
        assertThat(cached("other-rows", "--bits", "4", "--seed", "9").err()).doesNotContain(REUSED);
    }

    @Test
    @Tag("slow")
    void damaged_measurements_are_measured_anew_and_replaced() throws IOException {
        cached("first", "--bits", "4");
        byte[] whole = Files.readAllBytes(kept("grams"));
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 4;
        Files.write(kept("grams"), flipped);
        assertThat(cached("second", "--bits", "4").err())
                .contains("is not used, because its checksum is wrong; " + ANEW)
                .doesNotContain(REUSED);
        same("first", "second");
        assertThat(kept("grams")).hasBinaryContent(whole);
    }

    @Test
    @Tag("slow")
    void the_measurements_of_another_calibration_under_the_same_name_are_not_used() throws IOException {
        cached("first", "--bits", "4", "--seed", "1");
        Path other = Files.move(kept("grams"), folder.resolve("moved"));
        cached("second", "--bits", "4");
        Files.move(other, kept("grams"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(cached("third", "--bits", "4").err()).contains("because it is of another calibration; " + ANEW);
        same("second", "third");
    }

    @Test
    void another_budget_reuses_the_losses_that_choose_measured() throws IOException {
        String rows = rows();
        String cache = cache().toString();
        Ran chosen = lancet("choose", MLP, "--calibrate", rows, "--sizes", "5x", "--cache", cache);
        assertThat(chosen.status()).as(chosen.err()).isZero();
        assertThat(chosen.err()).doesNotContain("reused");
        Ran smaller = budget(rows, "smaller", "--cache", cache);
        assertThat(smaller.err())
                .contains(REUSED + kept("grams"))
                .containsPattern("calibration: losses of \\d+ layers reused from " + kept("losses"));
        budget(rows, "fresh", "--no-cache");
        assertThat(folder.resolve("smaller/variables/variables.data-00000-of-00001"))
                .hasSameBinaryContentAs(folder.resolve("fresh/variables/variables.data-00000-of-00001"));
    }

    private Ran budget(String rows, String out, String... cache) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("compress", MLP, "--budget", "6x", "--calibrate", rows));
        arguments.addAll(List.of(cache));
        arguments.addAll(List.of("--out", folder.resolve(out).toString()));
        Ran ran = lancet(arguments.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran;
    }

    @Test
    @Tag("slow")
    void the_user_s_cache_folder_is_used_and_the_model_s_folder_never() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Path.of(STORIES))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        String[] arguments = {
            "compress",
            model.toString(),
            "--bits",
            "4",
            "--window",
            "32",
            "--samples",
            "2",
            "--calibrate",
            ids(),
            "--out",
            folder.resolve("out").toString()
        };
        Ran ran = lancet(Map.of("XDG_CACHE_HOME", cache().toString()), arguments);
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(cache().resolve("lancet")).isDirectoryContaining("glob:**.grams");
        assertThat(model.toFile().list())
                .hasSameSizeAs(Path.of(STORIES).toFile().list());
    }

    @Test
    void the_measurements_of_a_graph_are_kept_too_and_a_graph_is_not_compressed_sequentially() throws IOException {
        String rows = rows();
        String out = folder.resolve("a").toString();
        String again = folder.resolve("b").toString();
        String cache = cache().toString();
        lancet("compress", MLP, "--bits", "4", "--calibrate", rows, "--cache", cache, "--out", out);
        Ran second = lancet("compress", MLP, "--bits", "4", "--calibrate", rows, "--cache", cache, "--out", again);
        assertThat(second.err()).contains(REUSED);
        assertThat(folder.resolve("a/variables/variables.data-00000-of-00001"))
                .hasSameBinaryContentAs(folder.resolve("b/variables/variables.data-00000-of-00001"));
        Ran sequential = lancet(
                "compress", MLP, "--bits", "4", "--calibrate", rows, "--sequential", "--no-cache", "--out", out + "c");
        assertThat(sequential.status()).isEqualTo(1);
        assertThat(sequential.err())
                .contains("is a graph or an encoder, which runs as a whole; leave out --sequential");
    }

    private String rows() throws IOException {
        return SafetensorsRows.write(folder.resolve("rows.safetensors"), 24, 96).toString();
    }

    @Test
    void options_that_need_data_or_exclude_each_other_are_refused() throws IOException {
        String out = folder.resolve("out").toString();
        assertThat(lancet("compress", STORIES, "--bits", "4", "--no-cache", "--out", out)
                        .err())
                .contains("--no-cache applies only with --calibrate; add --calibrate FILE");
        assertThat(lancet("compress", STORIES, "--bits", "4", "--sequential", "--out", out)
                        .err())
                .contains("--sequential applies only with --calibrate and without --recover; add --calibrate FILE");
        Ran both = lancet(
                "compress", STORIES, "--bits", "4", "--calibrate", ids(), "--no-cache", "--cache", "x", "--out", out);
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("--no-cache: there is also --cache x; leave out one of them");
    }
}
