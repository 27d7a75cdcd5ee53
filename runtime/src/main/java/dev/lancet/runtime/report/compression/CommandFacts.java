package dev.lancet.runtime.report.compression;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a result came about.
 *
 * @param model the short name of the model
 * @param goal what was wanted, if it says more than the result: {@code compressed to a budget of 6x}; otherwise empty
 * @param command the command line that made it, or the code; empty if it is not known
 * @param facts further lines in order, such as the fingerprints of the input and of the calibration data
 */
public record CommandFacts(String model, String goal, String command, Map<String, String> facts) {

    public CommandFacts {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
}
