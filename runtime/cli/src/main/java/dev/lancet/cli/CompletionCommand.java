package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code lancet completion}: lets a shell complete Lancet's commands and options. */
@Command(
        name = "completion",
        description = "Print a script with which bash and zsh complete commands and options of lancet.",
        footer = {
            "",
            "Examples:",
            "  lancet completion > ~/.lancet-completion",
            "  echo '. ~/.lancet-completion' >> ~/.bashrc    for bash",
            "  echo '. ~/.lancet-completion' >> ~/.zshrc     for zsh",
        })
final class CompletionCommand extends LancetCommand {

    CompletionCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        String script = AutoComplete.bash("lancet", spec().root().commandLine());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("script", script);
        return new Answer(document, script);
    }
}
