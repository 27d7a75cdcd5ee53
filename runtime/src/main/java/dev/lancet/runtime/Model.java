package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.peft.Peft;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.StepRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A transformer with weights: it can be trained, made smaller, measured, asked for text and saved.
 *
 * <p>A model is a declaration, a {@link Plan} that says in which form each weight is stored, and the stored arrays. Native
 * memory is taken when a model first computes and given back by {@link #close()}. A model is used by one thread at a time.
 *
 * <pre>{@code
 * try (Model full = Model.create(gpt, 42).train(minutes, adamW(400, 1e-3));
 *         Model slim = full.compress(diet)) {
 *     System.out.printf("%.2f -> %.2f%n", full.perplexity(minutes.heldOut()), slim.perplexity(minutes.heldOut()));
 *     System.out.println(slim.generate("The Committee", 64));
 *     slim.save(Path.of("mini-slim"));
 * }
 * }</pre>
 */
public final class Model extends LanguageModel {

    private Optional<TrainingLog> log = Optional.empty();
    private List<Fidelity> losses = List.of();
    private boolean fresh;

    private Model(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        super(transformer, plan, weights, tokenizer);
    }

    /** A model with fresh weights, the same for the same seed. */
    public static Model create(Transformer transformer, long seed) {
        return create(transformer, Plan.dense(transformer), seed);
    }

    /** A model with fresh weights that is small from the start: its factors are drawn, not computed from a matrix. */
    public static Model create(Transformer transformer, Compression compression, long seed) {
        return create(transformer, Plan.of(transformer, compression), seed);
    }

    /** A model with fresh weights in the form that a plan says. */
    public static Model create(Transformer transformer, Plan plan, long seed) {
        Weights fresh = new FreshWeights(transformer, seed).under(plan);
        Model model = new Model(transformer, plan, fresh, Optional.empty());
        model.fresh = true;
        return model;
    }

    /**
     * A model on disk: a Lancet model folder, a Hugging Face folder, or a llama2.c {@code .bin}. Its tokenizer is the file
     * beside it; a model of 256 tokens without such a file reads bytes.
     *
     * @throws LancetException if it is none of these, or is broken; the message says what was found
     */
    public static Model open(Path path) {
        return open(Checkpoint.open(path));
    }

    /** A model that was opened before, with its tokenizer as {@link #open(Path)} finds it. */
    public static Model open(Checkpoint found) {
        boolean bytes = found.transformer().vocabulary() == Tokenizer.bytes().vocabulary();
        Optional<Tokenizer> tokenizer = found.tokenizer()
                .map(Tokenizer::open)
                .or(() -> bytes ? Optional.of(Tokenizer.bytes()) : Optional.empty());
        return new Model(found.transformer(), found.plan(), found.weights(), tokenizer);
    }

    /** Lets long work say how far it is. */
    public Model progress(Progress progress) {
        this.progress = progress;
        return this;
    }

    /**
     * Lets it train, score and generate on a device; {@link Device#auto} if not said. Decompositions of a compression stay
     * on the processor.
     *
     * @throws LancetException if the device is not there; the message says why
     */
    public Model on(Device wanted) {
        wanted.resolve();
        computeOn(wanted);
        return this;
    }

    /** Gives it a tokenizer, which stays the caller's to close. */
    public Model tokenizer(Tokenizer tokenizer) {
        text.use(tokenizer);
        return this;
    }

    /**
     * Keeps tokenizers that are learnt and the ids of corpora in a folder: they are used again as long as texts and settings
     * are the same, and ids are mapped instead of held in memory.
     */
    public Model keepCorporaIn(Path folder) {
        text.keepIn(Optional.of(folder));
        return this;
    }

    /** How the last training went, or empty if there was none. */
    public Optional<TrainingLog> log() {
        return log;
    }

    /** Trains on a corpus, read through its tokenizer, and validates on what it holds out; see {@link Trainer}. */
    public Model train(Corpus corpus, Training training) {
        return train(read(corpus), training, StepRange.all(training), Optional.empty());
    }

    /**
     * Trains on a corpus and keeps metrics and states in a folder; where a training of the same model, text and settings was
     * cut off there, it can go on, to the same weights as if it had not been.
     */
    public Model train(Corpus corpus, Training training, CheckpointPolicy checkpoints) {
        return train(read(corpus), training, StepRange.all(training), Optional.of(checkpoints));
    }

    /** Trains on token ids. What is stored quantised stays as it is; where there are adapters, all but them. */
    public Model train(int[] ids, int[] heldOut, Training training) {
        return trained(learning(training).train(weights(), ids, heldOut, training));
    }

    Model train(TokenText corpus, Training training, StepRange range, Optional<CheckpointPolicy> keeping) {
        return trained(learning(training).train(weights(), corpus, training, range, keeping));
    }

    /** Puts what the weights went through before this model was made before its own log. */
    void prepend(TrainingLog before) {
        log = log.map(before::then);
    }

    private ModelTraining learning(Training training) {
        if (training.guidance().isPresent() && !fresh) {
            throw new LancetException("selfGuided: " + transformer.name()
                    + " has trained weights; it is a beginning for fresh factors, leave it out");
        }
        return new ModelTraining(transformer, plan, progress, device);
    }

    private Model trained(Trainer.Outcome outcome) {
        use(outcome.weights());
        fresh = false;
        log = Optional.of(outcome.log());
        return this;
    }

    /**
     * The plan by which this model would be made smaller; measures singular values where a rank by energy or by budget
     * follows from them.
     */
    public Plan planFor(Compression compression) {
        return compression().plan(compression);
    }

    /** A smaller model beside this one, in memory; it has this model's tokenizer. */
    public Model compress(Compression compression) {
        return compress(planFor(compression));
    }

    /** A smaller model beside this one, in memory, in the form that a plan says. */
    public Model compress(Plan into) {
        WeightsInMemory smaller = new WeightsInMemory();
        List<Fidelity> losses = compression().convert(into, smaller);
        Model model = beside(into, smaller);
        model.losses = losses;
        return model;
    }

    private Model beside(Plan other, Weights arrays) {
        Model model = new Model(transformer, other, arrays, text.tokenizer());
        model.progress = progress;
        model.computeOn(device);
        model.text.keepIn(text.kept());
        return model;
    }

    /**
     * This model with fresh adapters beside some of its linear layers, which are then all that training changes. It computes
     * what this one computes, and shares its arrays.
     *
     * @throws LancetException if the selector selects nothing, or a table, or if there are adapters already
     */
    public Model adapt(Selector selector, Adapter adapter) {
        if (plan.adapted()) {
            throw new LancetException("adapter: " + plan.model() + " has adapters already; merge them first");
        }
        Plan adapted = plan.then(Compression.keepAll().on(selector).adapt(adapter), Spectra.none());
        return beside(adapted, weights().with(FreshWeights.adapters(adapted, 0)));
    }

    /**
     * This model with adapters that were trained before, here or by Hugging Face's PEFT; it shares the arrays of this one.
     *
     * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @throws LancetException if they are damaged, or not for this model; see {@link Peft}
     */
    public Model adapt(Path folder) {
        Peft.Adapters read = Peft.open(folder, transformer, plan);
        return beside(read.plan(), weights().with(read.arrays()));
    }

    /**
     * A model beside this one whose adapters went into their matrices, {@code W + scale · A · B}; where these are stored in fewer
     * bits they are rounded anew, which {@link #losses} tells.
     */
    public Model merge() {
        return compress(plan.merged());
    }

    /**
     * Saves the adapters alone, as a folder that Hugging Face's PEFT loads.
     *
     * @throws LancetException if there are none, or the folder exists or cannot be written; see {@link Peft}
     */
    public void saveAdapters(Path folder) {
        Peft.write(folder, transformer, plan, weights());
    }

    /** What every matrix lost when this model was made out of a larger one; none if it was not. */
    public List<Fidelity> losses() {
        return losses;
    }
}
