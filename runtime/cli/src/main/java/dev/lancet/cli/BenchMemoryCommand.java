package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.bench.MemoryBench;
import dev.lancet.runtime.bench.MemoryComparison;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;

/** {@code lancet bench memory}: measures how much memory a running model takes. */
@Command(
        name = "memory",
        description = {
            "Measure how much memory a running model takes in float32, int8 and int4(32).",
            "Each form of a model of 110,119,680 parameters runs in a fresh JVM. Prints the size of its file and the"
                    + " resident memory of its process, in MB. Fails if the process saves less than half of the"
                    + " bytes that"
                    + " the file saves. Runs only on Linux; writes 620 MB into the folder for temporary files."
        },
        footer = {
            "",
            "Examples:",
            "  lancet bench memory",
            "  lancet bench memory --json",
        })
final class BenchMemoryCommand extends LancetCommand {

    BenchMemoryCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        MemoryComparison compared = MemoryBench.run(MemoryBench.MODEL, progress());
        return new Answer(new LinkedHashMap<>(compared.fields()), compared.toString(), compared.complaint());
    }
}
