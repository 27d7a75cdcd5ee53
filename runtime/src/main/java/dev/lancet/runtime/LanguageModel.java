package dev.lancet.runtime;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.DeclaredSource;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A transformer with weights, as far as it answers: it scores text, continues text, and is saved. {@link Model} adds what
 * changes it.
 *
 * <p>It is a declaration, a {@link Plan} that says in which form each weight is stored, and the stored arrays. Native memory is
 * taken when it first computes and given back by {@link #close()}. It is used by one thread at a time.
 */
public abstract sealed class LanguageModel implements AutoCloseable permits Model {

    final Transformer transformer;
    final Plan plan;
    final ModelTokenizer text;
    private final Inference inference;
    private Weights weights;
    Progress progress = Progress.silent();
    Device device = Device.auto();

    LanguageModel(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        weights.require(plan);
        this.transformer = transformer;
        this.plan = plan;
        this.weights = weights;
        text = new ModelTokenizer(transformer, tokenizer);
        inference = new Inference(transformer, plan, weights);
    }

    /** Answers with other weights from now on. */
    void use(Weights others) {
        weights = others;
        inference.use(others);
    }

    /** Computes on a device from now on. */
    void computeOn(Device wanted) {
        device = wanted;
        inference.on(wanted);
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

    /** Parameters, scales of quantised arrays not counted. */
    public long parameters() {
        return plan.parametersAfter();
    }

    /** Bytes of the stored arrays. */
    public long bytes() {
        return plan.bytesAfter();
    }

    /** Perplexity over a part of a corpus, in windows of the model's context; lower is better. */
    public double perplexity(Corpus.Part part) {
        return evaluate(part).value();
    }

    /** Perplexity over a part of a corpus, with what it was computed from. */
    public Perplexity evaluate(Corpus.Part part) {
        int[] ids = read(part.corpus()).part(part).toArray();
        return evaluate(ids, Math.min(transformer.context(), Math.max(2, ids.length)));
    }

    /** Perplexity over token ids, in consecutive windows; see {@link Perplexity}. */
    public Perplexity evaluate(int[] ids, int window) {
        return inference.perplexity(ids, window, progress);
    }

    /**
     * The scores of every next token.
     *
     * @param ids {@code [batch][sequence]}
     * @return {@code [batch · sequence · vocabulary]}, row by row
     */
    public float[] logits(int[][] ids) {
        return inference.logits(ids);
    }

    /** What the model adds to a text when it takes the likeliest token each time. */
    public String generate(String prompt, int tokens) {
        return generate(Sample.greedy(prompt, tokens), piece -> {}).text();
    }

    /** What the model adds to a text, handed over piece by piece as it comes. */
    public Generation generate(Sample sample, Consumer<String> eager) {
        return text.continued(
                sample, eager, (prompt, end, each) -> generate(prompt, sample.tokens(), Sampler.of(sample), end, each));
    }

    /** The tokens that the model adds to others; one at a time. */
    public int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        return inference.next(prompt, tokens, sampler, end, eager);
    }

    /**
     * What the model takes of its device's memory while it reads the last of these tokens, as in generating; empty where it
     * cannot be known, see {@link AllocatorPeak}.
     */
    public Optional<AllocatorPeak> memory(int[] ids) {
        return inference.memory(ids);
    }

    /**
     * Saves a Lancet model folder, from which {@link Model#open(Path)} gives an equal model.
     *
     * @throws LancetException if the folder exists or cannot be written; then nothing of it remains
     */
    public void save(Path folder) {
        ModelFolder.save(folder, transformer, plan, weights, text.source(), OptionalLong.empty());
    }

    /**
     * Saves a Hugging Face folder in float32, with every small matrix put together again.
     *
     * @throws LancetException if the folder exists or cannot be written, or no architecture there is like this one
     */
    public void saveHuggingFace(Path folder) {
        Plan dense = Plan.dense(transformer);
        WeightsInMemory whole = new WeightsInMemory();
        compression().convert(dense, whole);
        HuggingFace.write(folder, transformer, whole, text.source());
    }

    /** A corpus through this model's tokenizer. */
    TokenText read(Corpus corpus) {
        return text.read(corpus, progress);
    }

    /** The way from this model to smaller ones, in memory or in files. */
    public CompressionJob compression() {
        return new CompressionJob(new DeclaredSource(transformer, plan, weights, text.source()), progress);
    }

    /** Gives native memory back; the weights on the host stay as long as somebody holds them. */
    @Override
    public void close() {
        inference.close();
    }
}
