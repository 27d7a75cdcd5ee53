package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.surgery.pass.Pass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class BenchCommandTest {

    @Test
    void generation_is_measured_in_json_and_for_people() {
        Ran ran = lancet("bench", "generate", "--rank", "8", "--bits", "8", "--steps", "3", "--json", "--quiet");
        JsonNode said = ran.json();

        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(said.get("rank").asInt()).isEqualTo(8);
        assertThat(said.get("precision").asString()).isEqualTo("int8");
        assertThat(said.get("tokens_per_s").asDouble()).isPositive();
        assertThat(ran.out())
                .as("lines of many runs make a file")
                .containsOnlyOnce("\n")
                .endsWith("}\n");
        assertThat(lancet("bench", "generate", "--steps", "2", "--quiet").out())
                .contains("ms_per_step")
                .containsPattern("\nparams +6,843,648\n");
    }

    @Test
    void generation_from_sixteen_bits_says_so_and_takes_half_of_the_bytes() {
        JsonNode said = lancet(
                        "bench", "generate", "--layers", "1", "--bits", "16", "--steps", "2", "--json", "--quiet")
                .json();

        assertThat(said.get("precision").asString()).isEqualTo("bfloat16");
        assertThat(said.get("bytes").asDouble() / said.get("params").asDouble()).isBetween(2.0, 3.0);
        assertThat(said.get("tokens_per_s").asDouble()).isPositive();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void an_engine_is_measured_from_files_in_a_process_of_its_own() {
        Ran ran = lancet(
                "bench",
                "generate",
                "--engine",
                "onnx",
                "--layers",
                "1",
                "--bits",
                "8",
                "--steps",
                "3",
                "--json",
                "--quiet");
        JsonNode said = ran.json();

        assertThat(ran.err()).isEmpty();
        assertThat(said.get("engine").asString()).isEqualTo("onnx");
        assertThat(said.get("prompt").asInt()).isEqualTo(200);
        assertThat(said.get("file_bytes").asLong())
                .isGreaterThan(said.get("params").asLong());
        for (String measured : new String[] {"load_ms", "prefill_ms", "tokens_per_s", "peak_rss_mb"}) {
            assertThat(said.get(measured).asDouble()).as(measured).isPositive();
        }
        assertThat(lancet("bench", "generate", "--engine", "onnx", "--layers", "1", "--steps", "300", "--quiet"))
                .isEqualTo(new Ran(1, "", "error: --steps: 300; the context has room for at most 251\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench | missing: COMMAND; choose train, generate, compress, memory or tune",
                "bench train --preset L | --preset: L; choose S, M or one of gpt2-127m, gpt2-1.5b, tinyllama-1.1b, llama-2-7b, llama-2-13b",
                "bench train --rank -1 | --rank: -1; choose 1 or more, or 0 for full matrices",
                "bench train --dtype fp64 | --dtype: fp64; choose fp32, bf16, fp16 or auto",
                "bench train --checkpointing --without activation-checkpointing | --without pass: activation-checkpointing; it runs only"
                        + " because the training asks for it, so do not ask for it",
                "bench generate --steps 0 | --steps: 0; at least 1 is needed",
                "bench generate --bits 5 | --bits: 5; choose 16, 8, 4 or nf4",
                "bench generate --group 32 | --group: 32 applies only with --bits 4 or --bits nf4; add one of them",
                "bench generate --engine jax | --engine: jax; choose tensorflow or onnx",
                "bench generate m | model: m; add --engine tensorflow or --engine onnx",
                "bench generate --engine onnx --device cpu | --device: cpu; --engine measures one text, on the processor, so leave one of them out",
                "bench generate m --engine onnx --bits 8 | --bits: 8; MODEL has its own form, so leave one of them out",
                "bench compress | compress: nothing to do; give --rank, --bits or both",
            })
    void wrong_usage_is_one_line(String line, String message) {
        assertThat(lancet(line.split(" "))).isEqualTo(new Ran(2, "", "error: " + message + "\n"));
    }

    @Test
    void an_unknown_pass_is_an_error_that_lists_the_passes() {
        Ran ran = lancet("bench", "train", "--without", "foo");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).startsWith("error: --without pass: foo; it is one of ");
        for (Pass pass : Pass.values()) {
            assertThat(ran.err()).contains(pass.text());
        }
    }

    @Test
    void a_pass_that_would_not_run_cannot_be_left_out() {
        assertThat(lancet("bench", "train", "--without", "wide-sums"))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(2))
                .satisfies(
                        ran -> assertThat(ran.err())
                                .startsWith("error: --without pass: wide-sums; it does not run here anyway; the passes"
                                        + " are ")
                                .endsWith(
                                        "softmax-gradient,fused-cross-entropy,backward-dequantization,cheap-recomputation,matrix-layout,single-results,short-sums,compiled\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "generate", "compress", "memory"})
    void every_bench_teaches_by_example(String bench) {
        assertThat(lancet("bench", bench, "--help").out()).contains("Examples:\n  lancet bench " + bench, "--json");
    }
}
