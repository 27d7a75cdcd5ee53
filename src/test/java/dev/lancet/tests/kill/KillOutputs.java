package dev.lancet.tests.kill;

import dev.lancet.io.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of an outputs folder, each with its hash. Not counted is what differs from run to run (times, curves) and what
 * a training keeps for itself (states).
 */
record KillOutputs(SortedMap<String, String> files) {

    private static final String NOT_COUNTED =
            "(?s)(.*/)?(events\\.out\\..*|report\\.(json|md|html)|state-\\d+\\.safetensors|Killed\\.java|recipe\\.json"
                    + "|done\\.json)";
    private static final String TEMPORARY = ".*(\\.partial|\\.resumable|\\.lancet-lock)(/.*)?";

    static KillOutputs of(Path folder) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        for (String name : names(folder)) {
            if (!name.matches(NOT_COUNTED) && !name.matches(TEMPORARY)) {
                files.put(name, hash(folder.resolve(name)));
            }
        }
        return new KillOutputs(files);
    }

    /** The temporary files that are left. */
    static List<String> temporary(Path folder) throws IOException {
        return names(folder).stream().filter(name -> name.matches(TEMPORARY)).toList();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
    }

    /** Metrics count without times, which are the last entries of a line. */
    private static String hash(Path file) throws IOException {
        if (!file.toString().endsWith("metrics.jsonl")) {
            return Sha256.of(file);
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return Sha256.of(text.replaceAll("(?m),\"milliseconds\".*$", ""));
    }

    /**
     * What is wrong with outputs of a killed process: a file under its final name whose content is another than that of an
     * undisturbed one. Metrics grow, so they are complete only at the end.
     */
    List<String> half(KillOutputs whole) {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            String name = file.getKey();
            if (!name.endsWith("metrics.jsonl") && !file.getValue().equals(whole.files.get(name))) {
                wrong.add(name + " is half or different");
            }
            // A folder appears at once, so if one of its files is there, all are.
            String folder = name.substring(0, name.lastIndexOf('/') + 1);
            boolean grows = folder.isEmpty() || files.containsKey(folder + "metrics.jsonl");
            if (!grows) {
                whole.files.keySet().stream()
                        .filter(other -> other.startsWith(folder) && other.indexOf('/', folder.length()) < 0)
                        .filter(other -> !files.containsKey(other))
                        .forEach(other -> wrong.add(name + " is there without " + other));
            }
        }
        return wrong;
    }

    /** How outputs that should be complete differ from those of an undisturbed process. */
    List<String> differences(KillOutputs whole) {
        List<String> wrong = new ArrayList<>(half(whole));
        whole.files.forEach((name, hash) -> {
            if (!hash.equals(files.get(name))) {
                wrong.add(name + (files.containsKey(name) ? " differs" : " is missing"));
            }
        });
        return wrong;
    }
}
