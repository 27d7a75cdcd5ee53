package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.checkpoint.peft.Peft;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The part of a transformer with weights that makes other models from it: smaller ones, and ones with adapters. {@link
 * Model} adds what creates, opens and trains it.
 */
public abstract sealed class CompressibleModel extends LanguageModel permits Model {

    private List<Fidelity> losses = List.of();
    private Optional<CalibratedCompression.Outcome> calibrated = Optional.empty();

    CompressibleModel(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        super(transformer, plan, weights, tokenizer);
    }

    /** A model with other weights, and with this one's tokenizer, device and progress. */
    abstract Model beside(Plan other, Weights arrays);

    private Model smaller(Plan into, Weights arrays, List<Fidelity> lost) {
        Model model = beside(into, arrays);
        CompressibleModel made = model;
        made.losses = lost;
        return model;
    }

    /**
     * The plan of a compression without calibration. Measures singular values if a rank by energy or by budget needs them,
     * and the errors of the weights if the budget chooses forms; see {@link CompressionJob#plan}.
     */
    public Plan planFor(Compression compression) {
        return compression().plan(compression);
    }

    /**
     * A smaller model in memory, with this model's tokenizer; this model does not change.
     *
     * @throws LancetException also if a clause names a method that needs calibration
     */
    public Model compress(Compression compression) {
        CompressionJob job = compression().by(compression);
        return converted(job, job.plan(compression));
    }

    /**
     * A smaller model in memory, as {@code lancet compress --calibrate} makes it: fitted to a text, after a recovery if the
     * calibration has one. {@link #calibrated()} of the new model has the measured quality; this model does not change.
     *
     * <pre>{@code
     * Model small = full.compress(Compression.keepAll().within(budget("6x")), calibration(minutes).recover(200_000));
     * double recovered = small.calibrated().orElseThrow().quality().recovery();
     * }</pre>
     *
     * @throws LancetException also if the text has fewer than two rows, or if no form of the layers fits the budget
     */
    public Model compress(Compression compression, CalibrationText calibration) {
        int[] ids = tokens(calibration.corpus().rest());
        Examples rows = new CalibrationRows(asSource(), calibration.window()).of(ids);
        return compress(
                compression,
                CalibrationData.draw(rows, calibration.samples(), calibration.seed()),
                calibration.recover());
    }

    /**
     * The same with rows of token ids, see {@link CalibrationData#windows}.
     *
     * @param recover the most tokens of a recovery; 0 for none
     */
    public Model compress(Compression compression, CalibrationData data, long recover) {
        CalibratedCompression.InMemory smaller =
                use.during("compression", () -> new CalibratedCompression(asSource(), data, progress)
                        .recover(recover)
                        .convert(compression));
        CalibratedCompression.Outcome outcome = smaller.outcome();
        Model model = smaller(outcome.plan(), smaller.arrays(), outcome.losses());
        CompressibleModel made = model;
        made.calibrated = Optional.of(outcome);
        return model;
    }

    /** A smaller model in memory, in the form of a plan; this model does not change. */
    public Model compress(Plan into) {
        return converted(compression(), into);
    }

    private Model converted(CompressionJob job, Plan into) {
        return use.during("compression", () -> {
            WeightsInMemory arrays = new WeightsInMemory();
            List<Fidelity> lost = job.convert(into, arrays);
            return smaller(into, arrays, lost);
        });
    }

    /**
     * This model with fresh adapters for some linear layers; training then changes only the adapters. Untrained adapters
     * do not change the output. The new model shares this model's arrays.
     *
     * @throws LancetException if the selector matches nothing, or a table, or if the model already has adapters
     */
    public Model adapt(Selector selector, Adapter adapter) {
        if (plan.adapted()) {
            throw new LancetException("adapter: " + plan.model() + " already has adapters; merge them first");
        }
        Plan adapted = plan.then(Compression.keepAll().on(selector).adapt(adapter), Spectra.none());
        return beside(adapted, AdapterArrays.untrained(plan, adapted, weights()));
    }

    /**
     * This model with adapters trained earlier, by Lancet or by Hugging Face's PEFT; it shares this model's arrays.
     *
     * @param folder the folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @throws LancetException if they are damaged, or not for this model; see {@link Peft}
     */
    public Model adapt(Path folder) {
        Peft.Adapters read = Peft.open(folder, transformer, plan);
        return beside(read.plan(), read.arrays().with(AdapterArrays.untrained(plan, read.plan(), weights())));
    }

    /**
     * A new model with the adapters merged into their matrices, {@code W + scale · A · B}. Matrices stored in fewer bits
     * are rounded again; {@link #losses} gives the errors.
     */
    public Model merge() {
        return compress(plan.merged());
    }

    /** A new model with factors and corrections multiplied out to float32 matrices; see {@link Plan#folded}. */
    public Model fold() {
        return compress(plan.folded());
    }

    /** What was measured when this model was made from a larger one with calibration; empty if it was not. */
    public Optional<CalibratedCompression.Outcome> calibrated() {
        return calibrated;
    }

    /** The error of every matrix that changed when this model was made from a larger one; empty if it was not. */
    public List<Fidelity> losses() {
        return losses;
    }
}
