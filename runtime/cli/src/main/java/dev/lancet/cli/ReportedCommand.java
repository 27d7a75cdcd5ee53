package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.compress.InputFingerprint;
import dev.lancet.runtime.report.compression.CommandFacts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a report says about the command that made it.
 *
 * @param command the command
 * @param input its model
 */
record ReportedCommand(LancetCommand command, Path input) {

    /** The model's short name, the command line, and the fingerprints by which the result can be made again. */
    CommandFacts facts(CalibrationOptions calibration, Map<String, String> more) {
        Map<String, String> facts = new LinkedHashMap<>(more);
        facts.put("input", InputFingerprint.of(input));
        calibration.described().ifPresent(line -> facts.put("calibration", line));
        facts.put("version", "Lancet " + Versions.lancet());
        Path name = input.toAbsolutePath().normalize().getFileName();
        return new CommandFacts(name == null ? input.toString() : name.toString(), command.commandLine(), facts);
    }
}
