package dev.lancet.tests.fuzz;

import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Folders of {@code lancet export --format onnx}. */
final class OnnxFolders {

    private static final Path STORIES = Path.of("src/test/resources/fixtures/stories260K-hf");
    private static final String GRAPH = "model.onnx";

    private OnnxFolders() {}

    static List<Sample> folders(Path scratch) throws IOException {
        Path fast = exported(scratch.resolve("fast"), false);
        Path portable = exported(scratch.resolve("portable"), true);
        Damage wire = new WireDamage().often();
        return List.of(
                Sample.inFolder(fast, GRAPH, Damage::blind, scratch.resolve("a"), OnnxFolders::open),
                Sample.inFolder(fast, GRAPH, wire, scratch.resolve("b"), OnnxFolders::open),
                Sample.inFolder(portable, GRAPH, wire, scratch.resolve("c"), OnnxFolders::open),
                Sample.inFolder(fast, "model.onnx.data", Damage::blind, scratch.resolve("d"), OnnxFolders::open),
                Sample.inFolder(fast, "tok512.bin", Damage::blind, scratch.resolve("e"), OnnxFolders::open));
    }

    private static Path exported(Path folder, boolean portable) throws IOException {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        OnnxExport.of(Checkpoint.open(STORIES), portable, Progress.silent()).write(folder);
        return folder;
    }

    /** What {@code lancet generate} does. */
    private static Runnable open(Path folder) {
        OnnxModel.open(folder).close();
        return () -> {
            try (OnnxModel model = OnnxModel.open(folder)) {
                model.generate("Once", 4);
            }
        };
    }
}
