package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.runtime.file.PartialPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * How a folder comes into being: it is filled under a name of its own beside its place and moved there in one step by
 * {@link #finish}; closed before that, nothing remains of it, nor of parent folders that were made for it.
 */
final class AtomicFolder implements AutoCloseable {

    private final Path target;
    private final Path partial;
    private final Deque<Path> madeParents = new ArrayDeque<>();
    private boolean finished;

    private AtomicFolder(Path target) {
        this.target = target;
        this.partial = PartialPath.of(target.toAbsolutePath().normalize());
    }

    static AtomicFolder create(Path target) {
        if (Files.exists(target)) {
            throw IoErrors.exists(target);
        }
        AtomicFolder folder = new AtomicFolder(target);
        try {
            folder.makeParents();
            Files.createDirectory(folder.partial);
            return folder;
        } catch (IOException wrong) {
            folder.close();
            throw IoErrors.writing(target, wrong);
        }
    }

    private void makeParents() throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path parent = AtomicFile.folder(partial);
        while (parent != null && !Files.exists(parent)) {
            missing.push(parent);
            parent = parent.getParent();
        }
        for (Path folder : missing) {
            Files.createDirectory(folder);
            madeParents.push(folder);
        }
    }

    private Path resolve(String name) {
        return partial.resolve(name);
    }

    void text(String name, String content) {
        try {
            AtomicFile.text(resolve(name), content);
        } catch (IOException wrong) {
            throw IoErrors.writing(target.resolve(name), wrong);
        }
    }

    /** Begins a safetensors file. */
    SafetensorsWriter safetensors(String name, Map<String, String> metadata, List<ArraySpec> arrays) {
        return SafetensorsWriter.create(resolve(name), target.resolve(name), metadata, arrays, AtomicFile::open);
    }

    /** The hash of a file that was written before. */
    String sha256(String name) {
        try {
            return Sha256.of(resolve(name));
        } catch (IOException wrong) {
            throw IoErrors.reading(target.resolve(name), wrong);
        }
    }

    /** A copy of a file, under its own name. */
    void copy(Path file) {
        Path copy = partial.resolve(file.getFileName());
        try {
            Files.copy(file, copy);
            try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(target.resolve(file.getFileName()), wrong);
        }
    }

    void finish() {
        try {
            AtomicFile.publish(partial, target.toAbsolutePath().normalize());
            finished = true;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            PartialPath.delete(partial);
            for (Path made : madeParents) {
                Files.deleteIfExists(made);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(partial, wrong);
        }
    }
}
