package dev.lancet.runtime.compress;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.Spectrometer;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.io.Progress;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.algebra.BlasThreadLimit;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.budget.FreeLayers;
import dev.lancet.runtime.budget.WeightErrorSearch;
import dev.lancet.runtime.calibration.GramSource;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Compresses one model: chooses a plan, converts the weights one matrix at a time, and writes the result.
 *
 * <pre>{@code
 * CompressionJob job = new CompressionJob(ModelSource.open(path), progress);
 * Plan plan = job.plan(compression);
 * List<Fidelity> losses = job.write(plan, out);
 * }</pre>
 */
public final class CompressionJob {

    private final ModelSource source;
    private final Progress progress;
    private final Optional<GramSource> grams;
    private final NamedMethods named;
    private final boolean folds;

    /** A job for a model, without calibration; {@code progress} receives its progress. */
    public CompressionJob(ModelSource source, Progress progress) {
        this(source, progress, Optional.empty(), new NamedMethods(Compression.keepAll()), false);
    }

    private CompressionJob(
            ModelSource source, Progress progress, Optional<GramSource> grams, NamedMethods named, boolean folds) {
        this.source = source;
        this.progress = progress;
        this.grams = grams;
        this.named = named;
        this.folds = folds;
    }

    /** The same job with known inputs of the layers, so that truncation and rounding keep the layers' outputs. */
    public CompressionJob calibrated(GramMatrices measured) {
        return calibrated(GramSource.of(source.plan(), measured));
    }

    /**
     * The same job with a source of measured inputs. The matrices of each of its parts are converted and written as soon as
     * their inputs are known.
     */
    public CompressionJob calibrated(GramSource measured) {
        return new CompressionJob(source, progress, Optional.of(measured), named, folds);
    }

    /** The same job with the methods that the clauses of a compression name. */
    public CompressionJob by(Compression compression) {
        return new CompressionJob(source, progress, grams, new NamedMethods(compression), folds);
    }

    /**
     * The same job, which writes {@link Plan#folded} of a plan: factors and corrections are computed, then multiplied out to
     * float32 matrices.
     *
     * @throws LancetException if a graph was written with factors or corrections
     */
    public CompressionJob folding() {
        source.requireFoldable();
        return new CompressionJob(source, progress, grams, named, true);
    }

    /**
     * The plan for a compression. Measures singular values if a rank by energy or by budget needs them. A budget that is not
     * asked for ranks chooses the form of every layer that no clause selects, see {@link WeightErrorSearch}; it rounds every
     * matrix to every precision for that.
     *
     * @throws LancetException if a clause selects nothing, a rank does not make a layer smaller, or a budget cannot be reached
     */
    public Plan plan(Compression compression) {
        return plan(compression, compression::needsSpectrum);
    }

    /**
     * The same plan with a predicted error for every factored matrix. It needs the singular values of all of them, which
     * takes longer.
     */
    public Plan planWithErrors(Compression compression) {
        return plan(compression, compression::factorises);
    }

    /**
     * The plan of the layers that clauses select, where the budget chooses the form of the others.
     *
     * @throws LancetException as {@link #plan}
     */
    Plan base(Compression compression) {
        Compression fixed = new Compression(compression.clauses(), Optional.empty(), compression.initialisation());
        Plan base = fixed.keepsAll() ? source.stored() : plan(fixed);
        FreeLayers.of(source, FreeLayers.of(compression))
                .requireReachable(compression.budget().orElseThrow(), base);
        return base;
    }

    private Plan plan(Compression full, Predicate<Weight> wanted) {
        if (FreeLayers.chosenBy(full)) {
            return WeightErrorSearch.within(source, full, base(full), progress);
        }
        Constraints constraints = source.constraints();
        Spectra spectra = spectra(weight -> constraints.allowsRank(weight.name()) && wanted.test(weight));
        return source.stored().then(full, spectra, constraints);
    }

    @SuppressWarnings("try") // the limit of threads acts by being open
    private Spectra spectra(Predicate<Weight> wanted) {
        long count =
                source.plan().steps().stream().map(Step::weight).filter(wanted).count();
        if (count == 0) {
            return Spectra.none();
        }
        try (BlasThreadLimit one = new BlasThreadLimit(1);
                Progress.Task task = progress.begin("singular values", count)) {
            return new Spectrometer(new GramAlgebra())
                    .measure(
                            source.plan(),
                            source.weights(),
                            wanted,
                            (name, done, all, seconds) -> task.advance(done, name));
        }
    }

    /** Measured inputs with the methods that the clauses name. */
    Calibration calibration(GramMatrices measured) {
        return new Calibration(measured, new OpenBlas(), named::of);
    }

    /**
     * Writes the model in the form of a plan: a Lancet model folder, or a graph with its original signatures. Neither the
     * model nor the result has to fit into memory.
     *
     * @return the error of every changed matrix
     * @throws LancetException if the path exists or cannot be written, or if a matrix is not finite; nothing is left
     *     behind then
     */
    public List<Fidelity> write(Plan into, Path out) {
        try (WeightWriter writer = source.create(out, stored(into))) {
            List<Fidelity> losses = convert(into, writer);
            writer.finish();
            return losses;
        }
    }

    /** The form in which the result of a plan is written. */
    public Plan stored(Plan into) {
        return folds ? into.folded() : into;
    }

    /**
     * Writes the model as the result of a folder: what an earlier process did of the same work is not done again, and the
     * result is the same. The folder keeps the model, also if what follows fails; {@link ResumableFolder#finish} moves it to
     * its place.
     *
     * @return the error of every changed matrix, also of those that an earlier process changed
     * @throws LancetException if the model cannot be written, or if a matrix is not finite
     */
    public List<Fidelity> write(Plan into, ResumableFolder folder) {
        return resumable(folder).write(into);
    }

    /** The conversion in a folder that later processes continue. */
    ResumableConversion resumable(ResumableFolder folder) {
        return new ResumableConversion(this, source, folder, progress);
    }

    /** A plan with its steps in the order in which they are written. */
    Plan order(Plan plan) {
        return grams.map(parts -> PartwiseConversion.inOrder(plan, parts)).orElse(plan);
    }

    /**
     * Passes on the converted arrays, one at a time; for a graph only those that the plan changes.
     *
     * @return the error of every changed matrix
     */
    public List<Fidelity> convert(Plan into, WeightSink sink) {
        return convert(into, sink, 0, (weight, loss) -> {});
    }

    /**
     * The same after the first matrices, which an earlier process converted.
     *
     * @param converted is told about each matrix that was passed on
     */
    List<Fidelity> convert(Plan into, WeightSink sink, int done, BiConsumer<String, Optional<Fidelity>> converted) {
        ModelSource.Conversion conversion = source.conversion(into, stored(into));
        try (Progress.Task task = progress.begin(
                done == 0 ? "compress" : "compress, continued",
                conversion.into().steps().size() - done)) {
            if (grams.isPresent()) {
                return new PartwiseConversion(
                                conversion,
                                grams.get(),
                                measured -> compressor(Optional.of(calibration(measured))),
                                new PartwiseConversion.Output(sink, done, converted, this::stored, task))
                        .run();
            }
            named.requireUncalibrated();
            return uncalibrated(conversion, sink, done, new ConversionProgress(task, done, converted));
        }
    }

    @SuppressWarnings("try") // the limit of threads acts by being open
    private List<Fidelity> uncalibrated(
            ModelSource.Conversion conversion, WeightSink sink, int done, ConversionProgress told) {
        try (BlasThreadLimit one = new BlasThreadLimit(1)) {
            return compressor(Optional.empty())
                    .after(done)
                    .compress(conversion.from(), conversion.into(), conversion.weights(), sink, told);
        }
    }

    private Compressor compressor(Optional<Calibration> calibration) {
        Compressor compressor = new Compressor(new GramAlgebra(), calibration).measuringSpectra();
        return folds ? compressor.folding() : compressor;
    }
}
