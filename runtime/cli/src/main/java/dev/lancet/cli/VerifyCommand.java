package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.verify.ChecksumReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lancet verify}: compares files with their checksums. */
@Command(
        name = "verify",
        description = {
            "Compare the files of a model, a training or a corpus with their checksums.",
            "Prints the files that differ, and those that have no checksum. The exit status is 1 if a file differs."
        },
        footer = {
            "",
            "Examples:",
            "  lancet verify target/slim",
            "  lancet verify target/low-rank --json",
            "  lancet verify target/corpora",
            "",
            "Checked are the files that lancet.json and corpus.json name (SHA-256), the arrays of safetensors "
                    + "files that Lancet wrote, such as states and adapters, and the variables of a SavedModel (CRC-32C). "
                    + "Other commands compare the same checksums while they read, and stop at a file that differs. "
                    + "LANCET_VERIFY=0 in the environment saves them the time.",
        })
final class VerifyCommand extends LancetCommand {

    @Parameters(
            paramLabel = "PATH",
            description = "A model, the folder of a training or of a run, a folder of corpora, or one file of them.")
    private Path path = Path.of("");

    VerifyCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        ChecksumReport report = ChecksumReport.of(path);
        return new Answer(document(report), text(report), complaint(report));
    }

    private static Map<String, @Nullable Object> document(ChecksumReport report) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("intact", report.intact().stream().map(Path::toString).toList());
        Map<String, String> damaged = new TreeMap<>();
        report.damaged().forEach((file, reason) -> damaged.put(file.toString(), reason));
        document.put("damaged", damaged);
        document.put(
                "without_checksum",
                report.unsummed().stream().map(Path::toString).toList());
        return document;
    }

    private static String text(ChecksumReport report) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(report.damaged()).forEach((file, reason) -> text.append("differs  ")
                .append(file)
                .append(": ")
                .append(reason)
                .append('\n'));
        report.unsummed()
                .forEach(file -> text.append("no checksum  ").append(file).append('\n'));
        return text.append(report.intact().size())
                .append(" files equal their checksums, ")
                .append(report.damaged().size())
                .append(" differ, ")
                .append(report.unsummed().size())
                .append(" have none\n")
                .toString();
    }

    private Optional<String> complaint(ChecksumReport report) {
        return report.damaged().keySet().stream()
                .sorted()
                .findFirst()
                .map(file -> "verify: " + file + " differs from its checksum"
                        + (report.damaged().size() > 1
                                ? ", and " + (report.damaged().size() - 1) + " other files"
                                : "")
                        + "; write the files again, or get them again");
    }
}
