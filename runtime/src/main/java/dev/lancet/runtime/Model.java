package dev.lancet.runtime;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.StepRange;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A transformer with weights: it can be trained, compressed, measured, used for generation, and saved.
 *
 * <p>A model has a declaration, a {@link Plan} with the storage of each weight, and the stored arrays. Its first
 * computation takes native memory; {@link #close()} releases it. Only one thread may use a model at a time: a call while
 * another thread computes, or after it was closed, throws an {@link IllegalStateException}.
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
public final class Model extends CompressibleModel {

    private Optional<TrainingLog> log = Optional.empty();
    private boolean fresh;
    private WorkerGroup workers = WorkerGroup.alone();

    private Model(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        super(transformer, plan, weights, tokenizer);
    }

    /** A model with fresh weights; the same seed gives the same weights. */
    public static Model create(Transformer transformer, long seed) {
        return create(transformer, Plan.dense(transformer), seed);
    }

    /** A model with fresh weights that is compressed from the start: its factors are random. */
    public static Model create(Transformer transformer, Compression compression, long seed) {
        return create(transformer, Plan.of(transformer, compression), seed);
    }

    /** A model with fresh weights in the form of a plan. */
    public static Model create(Transformer transformer, Plan plan, long seed) {
        Weights fresh = new FreshWeights(transformer, seed).under(plan);
        Model model = new Model(transformer, plan, fresh, Optional.empty());
        model.fresh = true;
        return model;
    }

    /**
     * Opens a model on disk: a Lancet model folder, a Hugging Face folder, or a llama2.c {@code .bin}. Its tokenizer is
     * the file in the same folder; a model with 256 tokens and no such file reads bytes.
     *
     * @throws LancetException if the path is none of these, or damaged; the message says what was found
     */
    public static Model open(Path path) {
        return open(Checkpoint.open(path));
    }

    /** A model from an opened checkpoint, with its tokenizer as in {@link #open(Path)}. */
    public static Model open(Checkpoint found) {
        boolean bytes = found.transformer().vocabulary() == Tokenizer.bytes().vocabulary();
        Optional<Tokenizer> tokenizer = found.tokenizer()
                .map(Tokenizer::open)
                .or(() -> bytes ? Optional.of(Tokenizer.bytes()) : Optional.empty());
        return new Model(found.transformer(), found.plan(), found.weights(), tokenizer);
    }

    /** Reports the progress of long work. */
    public Model progress(Progress progress) {
        this.progress = progress;
        return this;
    }

    /**
     * Chooses the device for training, scoring and generation; the default is {@link Device#auto}. Decompositions of a
     * compression stay on the processor.
     *
     * @throws LancetException if the device does not exist; the message says why
     */
    public Model on(Device wanted) {
        wanted.resolve();
        computeOn(wanted);
        return this;
    }

    /**
     * Trains together with other processes from now on, each of which calls the same methods. Every batch is shared; only
     * the first worker writes files. The caller closes the group.
     */
    public Model among(WorkerGroup group) {
        workers = group;
        return this;
    }

    /** Sets the tokenizer; the caller closes it. */
    public Model tokenizer(Tokenizer tokenizer) {
        text.use(tokenizer);
        return this;
    }

    /** Keeps learnt tokenizers and token ids of corpora in a folder, and reuses them; ids are then memory-mapped. */
    public Model keepCorporaIn(Path folder) {
        text.keepIn(Optional.of(folder));
        return this;
    }

    /** The log of the last training, or empty if there was none. */
    public Optional<TrainingLog> log() {
        return log;
    }

    /** Trains on a corpus through the model's tokenizer, and validates on its held-out part; see {@link Trainer}. */
    public Model train(Corpus corpus, Training training) {
        return train(shared(corpus), training, StepRange.all(training), Optional.empty());
    }

    /**
     * Trains on a corpus, with metrics and states in a folder. An interrupted training with the same model, text and
     * settings can resume there; the final weights are the same as without the interruption.
     */
    public Model train(Corpus corpus, Training training, CheckpointPolicy checkpoints) {
        return train(shared(corpus), training, StepRange.all(training), Optional.of(checkpoints));
    }

    /** The first worker reads the corpus first, so that the others find what it keeps of it. */
    private TokenText shared(Corpus corpus) {
        return workers.chiefFirst(() -> read(corpus));
    }

    /** Trains on the answers of examples, and validates on the held-out ones; their prompts have no loss. */
    public Model train(Instructions examples, Training training) {
        return train(examples(examples, training), training, Optional.empty());
    }

    /** Trains on examples from {@link #examples}, with metrics and states in a folder if there is one. */
    public Model train(InstructionText examples, Training training, Optional<CheckpointPolicy> checkpoints) {
        return use.during(
                "training", () -> trained(learning(training).train(weights(), examples, training, checkpoints)));
    }

    /** Trains on token ids. Quantised arrays stay fixed; if there are adapters, only they are trained. */
    public Model train(int[] ids, int[] heldOut, Training training) {
        return use.during("training", () -> trained(learning(training).train(weights(), ids, heldOut, training)));
    }

    Model train(TokenText corpus, Training training, StepRange range, Optional<CheckpointPolicy> keeping) {
        return use.during(
                "training", () -> trained(learning(training).train(weights(), corpus, training, range, keeping)));
    }

    /** Prepends the earlier training log of the weights to this model's own log. */
    void prepend(TrainingLog before) {
        log = log.map(before::then);
    }

    private ModelTraining learning(Training training) {
        if (training.guidance().isPresent() && !fresh) {
            throw new LancetException("selfGuided: " + transformer.name()
                    + " has trained weights; self-guidance is only for fresh factors, leave it out");
        }
        return new ModelTraining(transformer, plan, progress, device, workers);
    }

    private Model trained(Trainer.Outcome outcome) {
        use(outcome.weights());
        fresh = false;
        log = Optional.of(outcome.log());
        return this;
    }

    @Override
    Model beside(Plan other, Weights arrays) {
        Model model = use.during("adaptation", () -> new Model(transformer, other, arrays, text.tokenizer()));
        model.progress = progress;
        model.computeOn(device);
        model.text.keepIn(text.kept());
        return model;
    }
}
