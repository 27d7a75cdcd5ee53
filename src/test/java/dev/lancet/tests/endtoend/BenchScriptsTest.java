package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.dsl.Precision;
import dev.lancet.runtime.bench.Preset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of {@code bench/} can be looked at without a card and without PyTorch. */
class BenchScriptsTest {

    private static final Path BENCH = Path.of("bench");

    @ParameterizedTest
    @CsvSource({
        "S, 6, 256, 0",
        "S, 2, 32, 32",
        "M, 12, 256, 0",
        "llama-2-7b, 32, 4096, 0",
        "llama-2-7b, 2, 2048, 960",
        "gpt2-127m, 1, 16, 64",
        "gpt2-1.5b, 48, 1024, 0",
        "gpt2-1.5b, 12, 1024, 0",
        "gpt2-1.5b, 12, 1024, 400"
    })
    void the_peer_in_pytorch_has_as_many_parameters_as_the_model_here(String name, int layers, int sequence, int rank)
            throws Exception {
        Preset preset = Preset.named(name).sized(Optional.of(layers), Optional.of(sequence), Optional.empty());
        String counted = said(
                "python3",
                "torch_train.py",
                "preset=" + name,
                "layers=" + layers,
                "seq=" + sequence,
                "rank=" + rank,
                "count=1");
        assertThat(counted)
                .isEqualTo(String.valueOf(preset.plan(rank, Precision.float32()).parametersAfter()));
    }

    @Test
    void the_rows_of_a_financial_comparison_are_split_by_a_seed_and_none_is_on_both_sides(@TempDir Path folder)
            throws Exception {
        StringBuilder news = new StringBuilder();
        for (int row = 0; row < 50; row++) {
            news.append("Sales, \"net\", of company ").append(row).append(" rose .@positive\n");
        }
        Path file = Files.writeString(folder.resolve("news.txt"), news + news.toString());
        Path out = folder.resolve("out");

        said(
                "python3",
                "finance.py",
                "--train",
                file.toString(),
                "--out",
                out.toString(),
                "--prepare",
                "--seeds",
                "1,2");

        List<String> train = Files.readAllLines(out.resolve("seed-1/train.csv"));
        List<String> test = Files.readAllLines(out.resolve("seed-1/test.csv"));
        assertThat(train)
                .hasSize(1 + 40)
                .startsWith("text,label")
                .allMatch(line -> line.endsWith("label") || line.endsWith(", positive"));
        assertThat(test).hasSize(1 + 10);
        assertThat(train.subList(1, 41)).doesNotContainAnyElementsOf(test.subList(1, 11));
        assertThat(Files.readAllLines(out.resolve("seed-2/test.csv"))).isNotEqualTo(test);
    }

    @Test
    void the_scripts_of_the_shell_can_be_read_by_it() throws Exception {
        try (Stream<Path> files = Files.list(BENCH)) {
            List<Path> scripts =
                    files.filter(file -> file.toString().endsWith(".sh")).toList();
            assertThat(scripts).hasSizeGreaterThanOrEqualTo(3);
            for (Path script : scripts) {
                assertThat(said("bash", "-n", script.getFileName().toString()))
                        .as(script.toString())
                        .isEmpty();
                assertThat(script).isExecutable();
            }
        }
    }

    /** What a program says in {@code bench/}, errors too. */
    private static String said(String... command) throws IOException, InterruptedException {
        assumeThat(there(command[0])).as(command[0] + " is on the PATH").isTrue();
        Process process = new ProcessBuilder(command)
                .directory(BENCH.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }

    private static boolean there(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
