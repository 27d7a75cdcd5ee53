package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.compress.InputFingerprint;
import dev.lancet.runtime.report.compression.CommandFacts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a report says about the command that made it.
 *
 * @param command the command
 * @param input its model
 */
record ReportedCommand(LancetCommand command, Path input) {

    private static final Set<String> GENERAL = Set.of("saved_model", "savedmodel", "model", "export");

    /** The model's short name, the command line, and the fingerprints by which the result can be made again. */
    CommandFacts facts(String goal, CalibrationOptions calibration, Map<String, String> more) {
        Map<String, String> facts = new LinkedHashMap<>(more);
        facts.put("input", InputFingerprint.of(input));
        calibration.described().ifPresent(line -> facts.put("calibration", line));
        facts.put("version", "Lancet " + Versions.lancet());
        return new CommandFacts(shortName(), goal, command.commandLine(), facts);
    }

    /** The last part of the path, with the one before it where the last names no model. */
    private String shortName() {
        Path path = input.toAbsolutePath().normalize();
        int count = path.getNameCount();
        if (count == 0) {
            return input.toString();
        }
        String last = path.getName(count - 1).toString();
        boolean general = count > 1 && (last.matches("\\d+") || GENERAL.contains(last.toLowerCase(Locale.ROOT)));
        return general ? path.getName(count - 2) + "/" + last : last;
    }
}
