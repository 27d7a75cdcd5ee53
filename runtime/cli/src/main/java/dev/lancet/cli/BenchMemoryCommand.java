package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.bench.MemoryBench;
import dev.lancet.runtime.bench.MemoryComparison;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;

/** {@code lancet bench memory}: what running a model takes of the machine's memory. */
@Command(
        name = "memory",
        description =
                "Run a model of 110,119,680 parameters as float32, int8 and int4(32), each in a fresh JVM, and compare"
                        + " what the process holds with what the file weighs. Fails where less than half of the bytes that a"
                        + " file saves is saved in memory. Linux only; writes 620 MB into the folder for temporary files.",
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
