package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.bench.BenchmarkResult;
import dev.lancet.runtime.bench.Preset;
import dev.lancet.runtime.bench.TuningBench;
import java.util.LinkedHashMap;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lancet bench tune}: compares the memory of fine-tuning all weights with that of adapters. */
@Command(
        name = "tune",
        description = {
            "Measure how much memory fine-tuning takes: all weights in float32, and adapters beside int4(64).",
            "Each side trains four steps of AdamW in a fresh JVM. Prints the peak resident memory above that of an empty"
                    + " runtime in MB, and of which parts it consists. Runs only on Linux."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench tune",
            "  lancet bench tune --preset S --checkpointing --json",
            "",
            "full_mb and adapter_mb are the two peaks, ratio is the first divided by the second. The bytes of weights, "
                    + "gradients and moments follow from the shapes. activations_mb is the rest of the peak: activations, workspace "
                    + "and what TensorFlow and the JVM add while they train.",
        })
final class BenchTuneCommand extends LancetCommand {

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "M",
            description = "The model: S, M, or a published model as for bench train (default: ${DEFAULT-VALUE}).")
    private String preset = "";

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequences in a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "Tokens in a sequence (default: the preset's, 256 for S and M).")
    private Optional<Integer> sequence = Optional.empty();

    @Option(
            names = "--lora",
            paramLabel = "N",
            defaultValue = "8",
            description =
                    "Rank of the adapters beside every linear layer except the head (default:" + " ${DEFAULT-VALUE}).")
    private int lora;

    @Option(
            names = "--checkpointing",
            description =
                    "Recompute each block in the backward pass instead of keeping its activations, on both sides.")
    private boolean checkpointing;

    BenchTuneCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (lora < 1) {
            throw wrongUsage("--lora: " + lora + "; choose 1 or more");
        }
        Preset sized;
        try {
            sized = Preset.named(preset).sized(Optional.empty(), sequence, Optional.of(batch));
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        BenchmarkResult measured = TuningBench.run(sized, lora, checkpointing, progress());
        return new Answer(new LinkedHashMap<>(measured.fields()), measured.toString());
    }
}
