package dev.lancet.runtime.verify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.SafeFileName;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.json.ConfigJson;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.TensorBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the checksums say of the files of a model, a training or a corpus: SHA-256 in {@code lancet.json} and {@code
 * corpus.json}, CRC-32C in safetensors files that Lancet wrote, and those of a SavedModel's variables.
 *
 * @param intact files that equal their checksums
 * @param damaged files that do not, with the reason
 * @param unsummed files that have no checksum
 */
public record ChecksumReport(List<Path> intact, Map<Path, String> damaged, List<Path> unsummed) {

    private static final List<String> MANIFESTS = List.of("lancet.json", "corpus.json");
    private static final int DEEPEST = 8;

    public ChecksumReport {
        intact = List.copyOf(intact);
        damaged = Map.copyOf(damaged);
        unsummed = List.copyOf(unsummed);
    }

    /**
     * Verifies a file, or a folder with its subfolders. Links are not followed.
     *
     * @throws LancetException if there is no such file, or it cannot be read
     */
    public static ChecksumReport of(Path path) {
        if (!Files.exists(path)) {
            throw new LancetException("verify: " + path + "; there is no such file or folder");
        }
        Findings findings = new Findings();
        try (Stream<Path> walk = Files.walk(path, DEEPEST)) {
            List<Path> files = walk.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
            files.forEach(findings::manifest);
            files.forEach(findings::content);
        } catch (IOException wrong) {
            throw IoErrors.reading(path, wrong);
        } catch (UncheckedIOException wrong) {
            throw IoErrors.reading(path, wrong.getCause() == null ? new IOException(wrong) : wrong.getCause());
        }
        return findings.report();
    }

    /** What is known so far. */
    private static final class Findings {

        private final List<Path> intact = new ArrayList<>();
        private final Map<Path, String> damaged = new TreeMap<>();
        private final List<Path> unsummed = new ArrayList<>();
        private final Set<Path> done = new HashSet<>();

        /** Compares the files that a manifest names. */
        void manifest(Path manifest) {
            if (!MANIFESTS.contains(manifest.getFileName().toString())) {
                return;
            }
            try {
                hashes(manifest).forEach((name, wanted) -> {
                    Path file = manifest.resolveSibling(name);
                    done.add(file);
                    hash(file, wanted, manifest);
                });
            } catch (LancetException wrong) {
                done.add(manifest);
                damaged.put(manifest, message(wrong));
            }
        }

        private static Map<String, String> hashes(Path manifest) {
            Map<String, String> hashes = new TreeMap<>();
            Optional<ConfigJson> named = ConfigJson.read(manifest).object("sha256");
            if (named.isPresent()) {
                for (String name : named.get().node().propertyNames()) {
                    if (!SafeFileName.is(name)) {
                        throw new LancetException(manifest + ": file '" + name + "' is not a plain file name");
                    }
                    hashes.put(name, named.get().requiredText(name));
                }
            }
            return hashes;
        }

        private void hash(Path file, String wanted, Path manifest) {
            try {
                String found = Sha256.of(file);
                if (found.equals(wanted)) {
                    intact.add(file);
                } else {
                    damaged.put(
                            file, "has the SHA-256 " + found + ", but " + manifest.getFileName() + " says " + wanted);
                }
            } catch (IOException wrong) {
                damaged.put(file, message(IoErrors.reading(file, wrong)));
            }
        }

        /** Compares a file with the checksums that it has itself. */
        void content(Path file) {
            String name = file.getFileName().toString();
            if (!done.add(file)) {
                return;
            }
            try {
                if (name.endsWith(".safetensors")) {
                    safetensors(file);
                } else if (name.equals("variables.index")) {
                    variables(file);
                } else if (!name.startsWith("variables.data-")) {
                    unsummed.add(file);
                }
            } catch (LancetException wrong) {
                damaged.put(file, message(wrong));
            }
        }

        private void safetensors(Path file) {
            Safetensors arrays = Safetensors.open(file);
            if (!arrays.verification().possible()) {
                unsummed.add(file);
                return;
            }
            arrays.verification()
                    .damaged()
                    .ifPresentOrElse(
                            array -> damaged.put(file, "the checksum of '" + array + "' is wrong"),
                            () -> intact.add(file));
        }

        private void variables(Path index) {
            TensorBundle bundle = TensorBundle.open(index.resolveSibling("variables"));
            for (BundleEntry entry : bundle.entries()) {
                if (!entry.sliced()) {
                    bundle.read(entry.key());
                }
            }
            intact.add(index);
        }

        private static String message(LancetException wrong) {
            return String.valueOf(wrong.getMessage());
        }

        ChecksumReport report() {
            return new ChecksumReport(intact, damaged, unsummed);
        }
    }
}
