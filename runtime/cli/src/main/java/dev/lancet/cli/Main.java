package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.Errors;
import dev.lancet.cli.console.Interruption;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The {@code lancet} command. */
@Command(
        name = "lancet",
        description = "Model surgery and compression for the JVM.",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Begin here:",
            "  lancet doctor                              check that this machine has what Lancet needs",
            "  lancet run samples/quickstart.lancet.kts   train, compress and measure a small model",
            "  lancet plan llama-2-7b --bits 4            show what 4 bits would do to a model",
            "  lancet COMMAND --help                      explain a command, with examples",
            "",
            "Exit status: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted.",
        })
public final class Main implements Runnable {

    private final Console console;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show the commands of lancet.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version of lancet.")
    boolean versionWanted;

    private Main(Console console) {
        this.console = console;
    }

    /** Runs a command and ends the JVM with its exit status. */
    public static void main(String... arguments) {
        Console console = Console.system();
        if (Arrays.asList(arguments).contains("--json")) {
            // Standard output holds one JSON document, so what a script or a library prints goes to standard error.
            System.setOut(System.err);
        }
        if (lettersLost(arguments)) {
            new Errors(console)
                    .say(
                            "locale: it is not UTF-8, so Java lost letters of the arguments; set LC_ALL=C.UTF-8 and try again");
            System.exit(CommandLine.ExitCode.SOFTWARE);
        }
        console.interruption().listen();
        int status = run(console, arguments);
        console.interruption().finished();
        System.exit(status);
    }

    /** Java reads a letter that its locale does not have as U+FFFD. */
    private static boolean lettersLost(String... arguments) {
        return !System.getProperty("sun.jnu.encoding", "UTF-8").equalsIgnoreCase("UTF-8")
                && String.join("", arguments).indexOf('\uFFFD') >= 0;
    }

    /**
     * Runs a command as if there were no terminal.
     *
     * @return its exit status: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted
     */
    public static int run(String[] arguments, PrintStream out, PrintStream err, Map<String, String> env) {
        return run(new Console(out, err, env, false, new Interruption()), arguments);
    }

    static int run(Console console, String... arguments) {
        Errors errors = new Errors(console);
        CommandLine line = line(console).setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            errors.say(Errors.outOfMemory());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static CommandLine line(Console console) {
        CommandLine line = new CommandLine(new Main(console))
                .addSubcommand(new RunCommand(console))
                .addSubcommand(new InspectCommand(console))
                .addSubcommand(new PlanCommand(console))
                .addSubcommand(new CompressCommand(console))
                .addSubcommand(new ChooseCommand(console))
                .addSubcommand(new CorpusCommand(console))
                .addSubcommand(new TokenizerCommand(console))
                .addSubcommand(new TrainCommand(console))
                .addSubcommand(new LaunchCommand(console))
                .addSubcommand(new TuneCommand(console))
                .addSubcommand(new MergeCommand(console))
                .addSubcommand(new EvaluateCommand(console))
                .addSubcommand(new GenerateCommand(console))
                .addSubcommand(new EmbedCommand(console))
                .addSubcommand(new ExportCommand(console))
                .addSubcommand(new ServeCommand(console))
                .addSubcommand(new DiffCommand(console))
                .addSubcommand(new VerifyCommand(console))
                .addSubcommand(bench(console))
                .addSubcommand(new DoctorCommand(console))
                .addSubcommand(new CompletionCommand(console))
                .addSubcommand(new VersionCommand(console))
                .addSubcommand(new CommandLine.HelpCommand())
                .setOut(writer(console.out()))
                .setErr(writer(console.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.colourful() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(console.columns());
        line.getSubcommands().values().forEach(Main::teach);
        return line;
    }

    private static CommandLine bench(Console console) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchTrainCommand(console))
                .addSubcommand(new BenchGenerateCommand(console))
                .addSubcommand(new BenchCompressCommand(console))
                .addSubcommand(new BenchMemoryCommand(console))
                .addSubcommand(new BenchTuneCommand(console))
                .addSubcommand(new BenchClusterCommand(console));
    }

    private static void teach(CommandLine command) {
        command.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
        command.getSubcommands().values().forEach(Main::teach);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    @Override
    public void run() {
        line(console).usage(console.out());
    }

    /** The version that the build writes into the jar. */
    static String version() {
        @Nullable String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /** Tells picocli the version. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"lancet " + version()};
        }
    }
}
