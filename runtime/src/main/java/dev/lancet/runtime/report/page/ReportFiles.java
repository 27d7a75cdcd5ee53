package dev.lancet.runtime.report.page;

import dev.lancet.io.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.json.JsonMapper;

/** Writes the forms of a report to a folder. */
public final class ReportFiles {

    private ReportFiles() {}

    /**
     * Writes files, each whole or not at all.
     *
     * @param texts the content of each file by its name, in order
     * @return the files
     * @throws dev.lancet.dsl.LancetException if the folder cannot be written
     */
    public static List<Path> write(Path folder, Map<String, String> texts) {
        List<Path> files = new ArrayList<>();
        texts.forEach((name, text) -> {
            Path file = folder.resolve(name);
            AtomicFile.replace(file, text);
            files.add(file);
        });
        return files;
    }

    /** A document as JSON, indented; the same on every system. */
    public static String json(Object document) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(lines);
        return JsonMapper.shared().writer().with(printer).writeValueAsString(document) + "\n";
    }
}
