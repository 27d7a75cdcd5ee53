package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code lancet version}: the same as {@code lancet --version}. */
@Command(
        name = "version",
        description = "Show the version of Lancet; lancet doctor shows those of TensorFlow and Java too.",
        footer = {"", "Examples:", "  lancet version", "  lancet version --json"})
final class VersionCommand extends LancetCommand {

    VersionCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("lancet", Main.version());
        return new Answer(document, "lancet " + Main.version());
    }
}
