package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.FreshAdapters;
import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.checkpoint.Peft;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.DeclaredSource;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.engine.Sessions;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.Tokenizer;
import dev.lancet.runtime.train.CheckpointPolicy;
import dev.lancet.runtime.train.StepRange;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.TrainingLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

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
public final class Model implements AutoCloseable {

    private final Transformer transformer;
    private final Plan plan;
    private final Sessions sessions;
    private Weights weights;
    private final ModelTokenizer words;
    private Optional<TrainingLog> log = Optional.empty();
    private List<Fidelity> losses = List.of();
    private Progress progress = Progress.silent();
    private Device device = Device.auto();
    private boolean fresh;

    private Model(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        weights.require(plan);
        this.transformer = transformer;
        this.plan = plan;
        this.weights = weights;
        words = new ModelTokenizer(transformer, tokenizer);
        sessions = new Sessions(transformer, plan);
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
        sessions.on(wanted);
        device = wanted;
        return this;
    }

    /** Gives it a tokenizer, which stays the caller's to close. */
    public Model tokenizer(Tokenizer tokenizer) {
        words.use(tokenizer);
        return this;
    }

    /**
     * Keeps tokenizers that are learnt and the ids of corpora in a folder: they are used again as long as texts and settings
     * are the same, and ids are mapped instead of held in memory.
     */
    public Model keepCorporaIn(Path folder) {
        words.keepIn(Optional.of(folder));
        return this;
    }

    /** What it is. */
    public Transformer transformer() {
        return transformer;
    }

    /** In which form each weight is stored. */
    public Plan plan() {
        return plan;
    }

    /** The stored arrays. */
    public Weights weights() {
        return weights;
    }

    /** How the last training went, or empty if there was none. */
    public Optional<TrainingLog> log() {
        return log;
    }

    /** Parameters, scales of quantised arrays not counted. */
    public long parameters() {
        return plan.parametersAfter();
    }

    /** Bytes of the stored arrays. */
    public long bytes() {
        return plan.bytesAfter();
    }

    /** Trains on a corpus, read through its tokenizer, and validates on what it holds out; see {@link Trainer}. */
    public Model train(Corpus corpus, Training training) {
        return train(words.read(corpus, progress), training, StepRange.all(training), Optional.empty());
    }

    /**
     * Trains on a corpus and keeps metrics and states in a folder; where a training of the same model, text and settings was
     * cut off there, it can go on, to the same weights as if it had not been.
     */
    public Model train(Corpus corpus, Training training, CheckpointPolicy checkpoints) {
        return train(words.read(corpus, progress), training, StepRange.all(training), Optional.of(checkpoints));
    }

    /** Trains on token ids. What is stored quantised stays as it is; where there are adapters, all but them. */
    public Model train(int[] ids, int[] heldOut, Training training) {
        return trained(learning(training).train(weights, ids, heldOut, training));
    }

    private Model train(TokenText text, Training training, StepRange range, Optional<CheckpointPolicy> keeping) {
        return trained(learning(training).train(weights, text, training, range, keeping));
    }

    private ModelTraining learning(Training training) {
        if (training.guidance().isPresent() && !fresh) {
            throw new LancetException("selfGuided: " + transformer.name()
                    + " has trained weights; it is a beginning for fresh factors, leave it out");
        }
        return new ModelTraining(transformer, plan, progress, device);
    }

    private Model trained(Trainer.Outcome outcome) {
        weights = outcome.weights();
        fresh = false;
        log = Optional.of(outcome.log());
        sessions.close();
        return this;
    }

    /**
     * Trains for the first steps as it is, is cut then, and trains what becomes of it for the rest, on the same batches and
     * by the same schedule as if nothing had happened; only the optimiser forgets, and its rate rises again over 20 steps.
     *
     * @param steps how many steps this model is trained for; it is left as it was then
     * @param keeping where metrics and states of both parts are kept, if they are to be
     * @return the smaller model, trained to the end
     */
    public Model trainThenCut(
            Corpus corpus, Training training, int steps, Compression compression, Optional<CheckpointPolicy> keeping) {
        if (training.guidance().isPresent()) {
            throw new LancetException("selfGuided: " + transformer.name()
                    + " is dense first, after which its factors need no guide; say one of both");
        }
        TokenText text = words.read(corpus, progress);
        train(text, training, StepRange.first(training, steps), keeping.map(all -> all.part(CheckpointPolicy.DENSE)));
        Model small = compress(compression);
        small.train(
                text, training, StepRange.rest(training, steps), keeping.map(all -> all.part(CheckpointPolicy.CUT)));
        small.log = small.log.map(after -> log.orElseThrow().then(after));
        return small;
    }

    private CompressionJob job() {
        return new CompressionJob(new DeclaredSource(transformer, plan, weights, words.source()), progress);
    }

    /**
     * The plan by which this model would be made smaller; measures singular values where a rank by energy or by budget
     * follows from them.
     */
    public Plan planFor(Compression compression) {
        return job().plan(compression);
    }

    /**
     * The same plan with the error predicted of every matrix that is factored, which takes the singular values of all of
     * them: slower.
     */
    public Plan foretell(Compression compression) {
        return job().planWithErrors(compression);
    }

    /** A smaller model beside this one, in memory; it has this model's tokenizer. */
    public Model compress(Compression compression) {
        return compress(planFor(compression));
    }

    /** A smaller model beside this one, in memory, in the form that a plan says. */
    public Model compress(Plan into) {
        WeightsInMemory smaller = new WeightsInMemory();
        List<Fidelity> losses = compress(into, smaller);
        Model model = beside(into, smaller);
        model.losses = losses;
        return model;
    }

    private Model beside(Plan other, Weights arrays) {
        Model model = new Model(transformer, other, arrays, words.tokenizer());
        model.progress = progress;
        model.device = device;
        model.sessions.on(device);
        model.words.keepIn(words.kept());
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
        return beside(adapted, weights.with(FreshAdapters.of(adapted, 0)));
    }

    /**
     * This model with adapters that were trained before, here or by Hugging Face's PEFT; it shares the arrays of this one.
     *
     * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @throws LancetException if they are damaged, or not for this model; see {@link Peft}
     */
    public Model adapt(Path folder) {
        Peft.Adapters read = Peft.open(folder, transformer, plan);
        return beside(read.plan(), weights.with(read.arrays()));
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
        Peft.write(folder, transformer, plan, weights);
    }

    /**
     * Saves a smaller model as a Lancet model folder, one array at a time, so that neither model has to fit into memory.
     *
     * @return what every changed matrix lost
     * @throws LancetException if the folder exists or cannot be written; then nothing of it remains
     */
    public List<Fidelity> compress(Plan into, Path folder) {
        return job().write(into, folder);
    }

    /**
     * Hands over the arrays of a smaller model, one at a time, so that neither model has to fit into memory.
     *
     * @return what every changed matrix lost
     */
    public List<Fidelity> compress(Plan into, WeightSink sink) {
        return job().convert(into, sink);
    }

    /** What every matrix lost when this model was made out of a larger one; none if it was not. */
    public List<Fidelity> losses() {
        return losses;
    }

    /** Perplexity over a part of a corpus, in windows of the model's context; lower is better. */
    public double perplexity(Corpus.Part part) {
        return evaluate(part).value();
    }

    /** Perplexity over a part of a corpus, with what it was computed from. */
    public Perplexity evaluate(Corpus.Part part) {
        int[] ids = words.read(part.corpus(), progress).part(part).toArray();
        return evaluate(ids, Math.min(transformer.context(), Math.max(2, ids.length)));
    }

    /** Perplexity over token ids, in consecutive windows; see {@link Perplexity}. */
    public Perplexity evaluate(int[] ids, int window) {
        return answers().perplexity(weights, ids, window, progress);
    }

    /**
     * The scores of every next token.
     *
     * @param ids {@code [batch][sequence]}
     * @return {@code [batch · sequence · vocabulary]}, row by row
     */
    public float[] logits(int[][] ids) {
        return answers().logits(weights, ids);
    }

    private Inference answers() {
        return new Inference(transformer, sessions);
    }

    /** What the model adds to a text when it takes the likeliest token each time. */
    public String generate(String prompt, int tokens) {
        return generate(Sample.greedy(prompt, tokens), piece -> {}).text();
    }

    /** What the model adds to a text, handed over piece by piece as it comes. */
    public Generation generate(Sample sample, Consumer<String> eager) {
        return words.continued(
                sample, eager, (prompt, end, each) -> generate(prompt, sample.tokens(), Sampler.of(sample), end, each));
    }

    /** The tokens that the model adds to others; one at a time. */
    public int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        return answers().next(weights, prompt, tokens, sampler, end, eager);
    }

    /**
     * What the model takes of its device's memory while it reads the last of these tokens, as in generating; empty where it
     * cannot be known, see {@link AllocatorPeak}.
     */
    public Optional<AllocatorPeak> memory(int[] ids) {
        return answers().memory(weights, ids);
    }

    /**
     * Saves a Lancet model folder, from which {@link #open} gives an equal model.
     *
     * @throws LancetException if the folder exists or cannot be written; then nothing of it remains
     */
    public void save(Path folder) {
        ModelFolder.save(folder, transformer, plan, weights, words.source(), OptionalLong.empty());
    }

    /**
     * Saves a Hugging Face folder in float32, with every small matrix put together again.
     *
     * @throws LancetException if the folder exists or cannot be written, or no architecture there is like this one
     */
    public void saveHuggingFace(Path folder) {
        Plan dense = Plan.dense(transformer);
        WeightsInMemory whole = new WeightsInMemory();
        job().convert(dense, whole);
        HuggingFace.write(folder, transformer, whole, words.source());
    }

    /** Gives native memory back; the weights on the host stay as long as somebody holds them. */
    @Override
    public void close() {
        sessions.close();
    }
}
