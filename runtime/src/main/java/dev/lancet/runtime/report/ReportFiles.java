package dev.lancet.runtime.report;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays the three forms of a report into a folder. */
final class ReportFiles {

    private ReportFiles() {}

    static List<Path> write(Report report, Path folder) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("report.json", report.json());
        texts.put("report.md", report.markdown());
        texts.put("report.html", report.html());
        List<Path> files = new ArrayList<>();
        texts.forEach((name, text) -> files.add(write(folder.resolve(name), text)));
        return files;
    }

    private static Path write(Path file, String text) {
        Path half = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(half, text);
            return Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(half);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw new LancetException(
                    "report: " + file + " cannot be written: " + e.getMessage()
                            + "; is the disk full, or the folder read-only?",
                    e);
        }
    }
}
