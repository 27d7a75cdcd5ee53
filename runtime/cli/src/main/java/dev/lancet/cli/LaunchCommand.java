package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.GradientTypeOption;
import dev.lancet.cli.option.TrainOptions;
import dev.lancet.io.Progress;
import dev.lancet.runtime.cluster.LocalWorkerProcesses;
import dev.lancet.runtime.cluster.ProcessorAffinity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** {@code lancet launch}: trains with several processes on this machine. */
@Command(
        name = "launch",
        description = {
            "Pre-train one candidate of a recipe with several worker processes on this machine.",
            "Takes the options of lancet train, and does the same; every worker gets its own processors.",
        },
        footer = {
            "",
            "Examples:",
            "  lancet launch --workers 2 samples/quickstart.lancet.kts --candidate dense \\",
            "          --out target/dense",
            "",
            "The workers listen on 127.0.0.1 only. If one ends, all end, and the error names it. Ctrl-C saves the"
                    + " state.",
        })
final class LaunchCommand extends LancetCommand {

    private static final String WORKERS = "--workers";

    @Option(
            names = WORKERS,
            required = true,
            paramLabel = "N",
            description = "The number of workers, 2 or more; the processors are shared equally, and the batch too.")
    private int workers;

    @Mixin
    private final TrainOptions options = new TrainOptions();

    @Mixin
    private final GradientTypeOption wire = new GradientTypeOption();

    LaunchCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (workers < 2) {
            throw wrongUsage("--workers: " + workers + "; give 2 or more, or use lancet train");
        }
        options.keeping(this);
        wire.bfloat16(this);
        try (LocalWorkerProcesses running =
                LocalWorkerProcesses.start(Main.class, arguments(), ProcessorAffinity.share(workers), console.err())) {
            Progress progress = progress();
            String said = running.await(progress::stopWanted);
            if (!common.json) {
                return new Answer(new LinkedHashMap<>(), said);
            }
            Map<String, @Nullable Object> document =
                    new JsonMapper().readValue(said, new TypeReference<Map<String, @Nullable Object>>() {});
            return new Answer(document, said);
        }
    }

    /** The command line of a worker, without its place. */
    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("train"));
        ParseResult given = spec().commandLine().getParseResult();
        for (OptionSpec option : given.matchedOptions()) {
            if (!option.longestName().equals(WORKERS)) {
                arguments.add(option.longestName());
                if (option.arity().max() > 0) {
                    arguments.addAll(option.stringValues());
                }
            }
        }
        given.matchedPositionals().forEach(place -> arguments.addAll(place.stringValues()));
        arguments.addAll(List.of("--device", "cpu"));
        return arguments;
    }
}
