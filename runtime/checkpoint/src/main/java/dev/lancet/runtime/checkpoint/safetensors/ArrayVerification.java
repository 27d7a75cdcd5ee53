package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Verification;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Compares the arrays of a safetensors file with the checksums that Lancet wrote into its header. */
public final class ArrayVerification {

    private final Path file;
    private final Map<String, SafetensorsEntry> tensors;
    private final Map<String, Integer> checksums;
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    ArrayVerification(Path file, SafetensorsHeader header) {
        this.file = file;
        tensors = header.tensors();
        checksums = ArrayChecksums.parse(tensors.keySet(), header.metadata().getOrDefault(ArrayChecksums.KEY, ""));
    }

    /** Whether the file has a checksum of each array. */
    public boolean possible() {
        return !tensors.isEmpty() && checksums.size() == tensors.size();
    }

    /** The first array that differs from its checksum; empty if there is none, or if the file has no checksums. */
    public Optional<String> damaged() {
        return tensors.values().stream()
                .filter(tensor -> !intact(tensor))
                .map(SafetensorsEntry::name)
                .findFirst();
    }

    /** Compares an array before it is read for the first time. */
    void require(SafetensorsEntry tensor) {
        if (!Verification.wanted() || verified.contains(tensor.name())) {
            return;
        }
        if (!intact(tensor)) {
            throw new LancetException(file + ": the checksum of '" + tensor.name()
                    + "' is wrong; the file has changed since it was written, so write or get it again");
        }
        verified.add(tensor.name());
    }

    private boolean intact(SafetensorsEntry tensor) {
        Integer wanted = checksums.get(tensor.name());
        if (wanted == null) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return ArrayChecksums.of(channel, tensor.offset(), tensor.bytes()) == wanted;
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }
}
