package dev.lancet.runtime.compress;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.FreeLayers;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.calibration.CachedCalibration;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.GramSource;
import dev.lancet.runtime.calibration.MeasuredLosses;
import dev.lancet.runtime.calibration.TooFewRowsWarning;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import java.util.List;
import java.util.Optional;

/**
 * The plan of a calibrated compression, with what was measured to choose it.
 *
 * @param plan the form of every matrix
 * @param job converts to the plan
 * @param grams the measured inputs as a whole; empty where the job measures each part as it converts it
 * @param warning sees what the job measures
 * @param tried the plans that a budget was tried with, the best first; empty without a budget
 * @param measured what every form of every layer costs, from which a budget chose; empty without a budget
 */
record CalibratedPlan(
        Plan plan,
        CompressionJob job,
        Optional<GramMatrices> grams,
        TooFewRowsWarning warning,
        List<BudgetSearch.Tried> tried,
        List<MeasuredLayer> measured) {

    CalibratedPlan {
        tried = List.copyOf(tried);
        measured = List.copyOf(measured);
    }

    /** Chooses the plan, and measures what the choice or a recovery needs. */
    static CalibratedPlan of(
            ModelSource source,
            CalibrationData data,
            CalibratedCompressionSettings settings,
            Compression compression,
            Progress progress) {
        CompressionJob uncalibrated = new CompressionJob(source, progress).by(compression);
        // What cannot be planned fails before anything is measured.
        boolean chooses = FreeLayers.chosenBy(compression);
        Plan base = chooses ? uncalibrated.base(compression) : uncalibrated.plan(compression);
        CompressionJob job = settings.folds() ? uncalibrated.folding() : uncalibrated;
        CachedCalibration calibrations = settings.cache().of(source, data.calibration());
        if (!chooses && settings.recovery() == 0) {
            // The conversion shows the progress of both, because it converts each part as soon as it is measured.
            GramSource measured =
                    settings.sequential() ? sequentially(source, data) : calibrations.grams(Progress.silent());
            return of(base, job, measured, Optional.empty(), Search.none());
        }
        GramMatrices grams = calibrations.grams(progress).all();
        Search search =
                chooses ? search(source, data, compression, grams, base, calibrations, progress) : Search.none();
        Plan plan = search.tried().isEmpty() ? base : search.tried().get(0).plan();
        GramSource measured = settings.sequential() ? sequentially(source, data) : GramSource.of(source.plan(), grams);
        return of(plan, job, measured, Optional.of(grams), search);
    }

    private static CalibratedPlan of(
            Plan plan, CompressionJob job, GramSource measured, Optional<GramMatrices> grams, Search search) {
        TooFewRowsWarning warning = new TooFewRowsWarning();
        return new CalibratedPlan(
                plan, job.calibrated(warning.watching(measured)), grams, warning, search.tried(), search.measured());
    }

    /** What a search for a budget tried and measured. */
    private record Search(List<BudgetSearch.Tried> tried, List<MeasuredLayer> measured) {

        /** Nothing, because no budget chose. */
        static Search none() {
            return new Search(List.of(), List.of());
        }
    }

    private static GramSource sequentially(ModelSource source, CalibrationData data) {
        return GramMeasurement.sequential((DeclaredSource) source, data.calibration());
    }

    private static Search search(
            ModelSource source,
            CalibrationData data,
            Compression compression,
            GramMatrices grams,
            Plan base,
            CachedCalibration calibrations,
            Progress progress) {
        MeasuredLosses losses = calibrations.losses();
        try (BudgetSearch search =
                new BudgetSearch(source, grams, data, FreeLayers.of(compression), progress, losses)) {
            calibrations.keep(losses);
            return new Search(search.within(compression.budget().orElseThrow(), base), search.measured());
        }
    }
}
