package dev.lancet.runtime.report;

import dev.lancet.io.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the three forms of a report to a folder. */
final class ReportFiles {

    private ReportFiles() {}

    static List<Path> write(Report report, Path folder) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("report.json", report.json());
        texts.put("report.md", report.markdown());
        texts.put("report.html", report.html());
        List<Path> files = new ArrayList<>();
        texts.forEach((name, text) -> {
            Path file = folder.resolve(name);
            AtomicFile.replace(file, text);
            files.add(file);
        });
        return files;
    }
}
