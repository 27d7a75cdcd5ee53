package dev.lancet.runtime.calibration;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** The measurements of one model on some rows: those that a {@link CalibrationCache} has kept, and new ones, which it keeps. */
public final class CachedCalibration {

    private static final String GRAMS = "grams";
    private static final String LOSSES = "losses";

    private final CalibrationCache cache;
    private final ModelSource source;
    private final Examples rows;
    private final Optional<String> fingerprint;

    /** Measurements; without a fingerprint nothing is kept. */
    CachedCalibration(CalibrationCache cache, ModelSource source, Examples rows, Optional<String> fingerprint) {
        this.cache = cache;
        this.source = source;
        this.rows = rows;
        this.fingerprint = fingerprint;
    }

    /** The Gram matrices: from the cache, or measured when they are read, and then kept. */
    public GramSource grams(Progress progress) {
        GramSource measuring = GramMeasurement.source(source, rows, progress);
        return fingerprint
                .map(identity -> kept(identity, measuring.parts())
                        .orElseGet(() -> new CachingGrams(cache, cache.file(identity, GRAMS), identity, measuring)))
                .orElse(measuring);
    }

    private Optional<GramSource> kept(String identity, List<List<String>> parts) {
        Path file = cache.file(identity, GRAMS);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            GramFile grams = GramFile.open(file, identity, source.plan());
            CalibrationCache.used(file);
            cache.tell("calibration: reused from " + file + ", measured " + grams.measured());
            return Optional.of(new MeasuredGrams(parts, grams));
        } catch (IOException damaged) {
            cache.tell(anew(file, damaged));
            return Optional.empty();
        }
    }

    private static String anew(Path file, IOException damaged) {
        return "calibration: " + file + " is not used, because " + damaged.getMessage() + "; measured anew";
    }

    /** The losses that earlier runs measured; empty if there are none. */
    public MeasuredLosses losses() {
        if (fingerprint.isEmpty()) {
            return MeasuredLosses.none();
        }
        Path file = cache.file(fingerprint.get(), LOSSES);
        if (!Files.exists(file)) {
            return MeasuredLosses.none();
        }
        try {
            MeasuredLosses losses = MeasuredLosses.read(file, fingerprint.get());
            CalibrationCache.used(file);
            cache.tell("calibration: losses of " + losses.count() + " layers reused from " + file + ", measured "
                    + losses.measured());
            return losses;
        } catch (IOException damaged) {
            cache.tell(anew(file, damaged));
            return MeasuredLosses.none();
        }
    }

    /** Keeps losses, if there are new ones among them. */
    public void keep(MeasuredLosses losses) {
        fingerprint.filter(any -> losses.grown()).ifPresent(identity -> {
            try {
                losses.write(cache.file(identity, LOSSES), identity, today());
                cache.trim();
            } catch (LancetException wrong) {
                cache.tell("calibration: not kept: " + wrong.getMessage());
            }
        });
    }

    static String today() {
        return LocalDate.now(ZoneId.systemDefault()).toString();
    }
}
