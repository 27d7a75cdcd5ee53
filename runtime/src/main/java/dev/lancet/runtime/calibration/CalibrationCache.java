package dev.lancet.runtime.calibration;

import dev.lancet.io.Sha256;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with the measurements of earlier calibrations, so that another compression of the same model on the same data need
 * not measure again. Its size is bounded: what was used longest ago goes first. It is never needed: a file that is damaged is
 * measured anew, and where nothing can be written, nothing is kept.
 */
public final class CalibrationCache {

    /** The most bytes of all files together. */
    public static final long MOST = 4L << 30;

    /** The folder has no other files; any others are left alone. */
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}\\.(grams|losses)");

    private static final int DIGITS = 32;

    private final Optional<Path> folder;
    private final Consumer<String> told;
    private final long most;

    private CalibrationCache(Optional<Path> folder, Consumer<String> told, long most) {
        this.folder = folder;
        this.told = told;
        this.most = most;
    }

    /** Keeps nothing. */
    public static CalibrationCache none() {
        return new CalibrationCache(Optional.empty(), line -> {}, 0);
    }

    /**
     * Keeps measurements in a folder, which need not exist.
     *
     * @param told receives a line for people when something is reused, damaged, or cannot be kept
     */
    public static CalibrationCache in(Path folder, Consumer<String> told) {
        return in(folder, told, MOST);
    }

    /** The same with this number of bytes at most. */
    static CalibrationCache in(Path folder, Consumer<String> told, long most) {
        return new CalibrationCache(Optional.of(folder), told, most);
    }

    /**
     * The measurements of a model on some rows, kept or still to be made.
     *
     * @param rows the rows that are calibrated on
     */
    public CachedCalibration of(ModelSource source, Examples rows) {
        return new CachedCalibration(this, source, rows, folder.map(any -> CalibrationFingerprint.of(source, rows)));
    }

    /** The file of a kind for a fingerprint. */
    Path file(String fingerprint, String kind) {
        String name = Sha256.of(fingerprint).substring(0, DIGITS);
        return folder.orElseThrow().resolve(name + "." + kind);
    }

    void tell(String line) {
        told.accept(line);
    }

    /** Whether a file of this size is kept at all. */
    boolean takes(long bytes) {
        return bytes <= most;
    }

    /** Marks a file as used now. */
    static void used(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException unimportant) {
            return;
        }
    }

    /** Removes what was used longest ago, until the rest is small enough. Files of other names stay. */
    void trim() {
        try (Stream<Path> all = Files.list(folder.orElseThrow())) {
            List<Path> files = all.filter(file ->
                            NAME.matcher(String.valueOf(file.getFileName())).matches()
                                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing(CalibrationCache::modified).reversed())
                    .toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
                if (bytes > most) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | UncheckedIOException unimportant) {
            // Another process may be doing the same; the next one tries again.
            return;
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }
}
