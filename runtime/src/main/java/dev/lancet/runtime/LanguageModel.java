package dev.lancet.runtime;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.checkpoint.peft.Peft;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.language.TextModel;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.instruction.InstructionReader;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The inference part of a transformer with weights: it scores text, continues text, and can be saved. {@link
 * CompressibleModel} adds what makes smaller models from it, {@link Model} what changes it.
 *
 * <p>It consists of a declaration, a {@link Plan} with the form in which each weight is stored, and the stored arrays. It
 * takes native memory at its first computation; {@link #close()} releases it. Only one thread may use it at a time: a call
 * while another thread computes, or after it was closed, throws an {@link IllegalStateException}.
 */
public abstract sealed class LanguageModel implements TextModel permits CompressibleModel {

    final Transformer transformer;
    final Plan plan;
    final ModelTokenizer text;
    private final Inference inference;
    final ModelUse use;
    private Weights weights;
    Progress progress = Progress.silent();
    Device device = Device.auto();

    LanguageModel(Transformer transformer, Plan plan, Weights weights, Optional<Tokenizer> tokenizer) {
        if (!transformer.continuesText()) {
            throw new LancetException("model: " + transformer.name() + " has the head " + transformer.head()
                    + ", so it is no language model; make vectors with lancet embed, or open it with TextEncoder");
        }
        weights.require(plan);
        this.transformer = transformer;
        use = new ModelUse(transformer.name());
        this.plan = plan;
        this.weights = weights;
        text = new ModelTokenizer(transformer, tokenizer);
        inference = new Inference(transformer, plan, weights);
    }

    /** Computes with these weights from now on. */
    void use(Weights others) {
        weights = others;
        inference.use(others);
    }

    /** Computes with these weights from now on, of which only some arrays differ from those before. */
    void replace(Collection<String> names, Weights others) {
        weights = others;
        inference.replace(names, others);
    }

    /** Computes on this device from now on. */
    void computeOn(Device wanted) {
        device = wanted;
        inference.on(wanted);
    }

    /** Its declaration. */
    public Transformer transformer() {
        return transformer;
    }

    /** The form in which each weight is stored. */
    public Plan plan() {
        return plan;
    }

    /** The stored arrays. */
    public Weights weights() {
        return weights;
    }

    /** The number of parameters, without the scales of quantised arrays. */
    public long parameters() {
        return plan.parametersAfter();
    }

    /** The bytes of the stored arrays. */
    public long bytes() {
        return plan.bytesAfter();
    }

    /** Perplexity over a part of a corpus, in windows of the model's context; lower is better. */
    public double perplexity(Corpus.Part part) {
        return evaluate(part).value();
    }

    @Override
    public Perplexity evaluate(Corpus.Part part) {
        int[] ids = tokens(part);
        return evaluate(ids, Math.min(transformer.context(), Math.max(2, ids.length)));
    }

    @Override
    public int[] tokens(Corpus.Part part) {
        return read(part.corpus()).part(part).toArray();
    }

    @Override
    public Perplexity evaluate(int[] ids, int window) {
        return use.during("evaluation", () -> inference.perplexity(ids, window, progress));
    }

    @Override
    public TaskResult evaluate(Task task) {
        return inference.task(task, text.required(""), progress);
    }

    /**
     * The logits for the next token at every position.
     *
     * @param ids {@code [batch][sequence]}
     * @return the logits {@code [batch, sequence, vocabulary]}, in row-major order
     */
    public float[] logits(int[][] ids) {
        return use.during("evaluation", () -> inference.logits(ids));
    }

    /** TensorFlow, with the weights and on the device of this model. */
    @Override
    public TextEngine engine() {
        return new TensorFlowTextEngine(text, use, inference);
    }

    /**
     * The device memory that the model takes while it reads the last of these tokens, as in generation; empty if it
     * cannot be measured, see {@link AllocatorPeak}.
     */
    public Optional<AllocatorPeak> memory(int[] ids) {
        return use.during("generation", () -> inference.memory(ids));
    }

    /**
     * Saves a Lancet model folder; {@link Model#open(Path)} reads an equal model from it.
     *
     * @throws LancetException if the folder exists or cannot be written; nothing of it remains then
     */
    public void save(Path folder) {
        use.run(
                "saving",
                () -> ModelFolder.save(folder, transformer, plan, weights, text.source(), OptionalLong.empty()));
    }

    /**
     * Saves a Hugging Face folder in float32, with every compressed matrix restored to its full size.
     *
     * @throws LancetException if the folder exists or cannot be written, or if Hugging Face has no architecture like
     *     this one
     */
    public void saveHuggingFace(Path folder) {
        use.run("saving", () -> {
            WeightsInMemory whole = new WeightsInMemory();
            compression().convert(Plan.dense(transformer), whole);
            HuggingFace.write(folder, transformer, whole, text.source());
        });
    }

    /**
     * Saves only the adapters, as a folder that Hugging Face's PEFT loads.
     *
     * @throws LancetException if the model has no adapters, or the folder cannot be written; see {@link Peft}
     */
    public void saveAdapters(Path folder) {
        use.run("saving", () -> Peft.write(folder, transformer, plan, weights()));
    }

    /**
     * Examples as this model's tokenizer encodes them, for sequences as long as a training has them, or as the context.
     *
     * @throws LancetException if a row cannot be read, or needs a chat template that the model does not have
     */
    public InstructionText examples(Instructions examples, Training training) {
        return examples(examples, training.sequence().orElse(transformer.context()), shown -> {});
    }

    /** The same for sequences of at most {@code places} inputs; {@code shown} receives every example. */
    public InstructionText examples(Instructions examples, int places, Consumer<InstructionReader.Shown> shown) {
        if (places > transformer.context()) {
            throw new LancetException("sequence: " + places + " tokens, but the context of " + transformer.name()
                    + " is " + transformer.context() + "; use shorter sequences");
        }
        return use.during("reading of examples", () -> text.read(examples, places, progress, shown));
    }

    /** A corpus, tokenized by this model's tokenizer. */
    TokenText read(Corpus corpus) {
        return use.during("reading of a text", () -> text.read(corpus, progress));
    }

    /** The job that compresses this model, in memory or to files. */
    public CompressionJob compression() {
        return use.during("compression", () -> new CompressionJob(asSource(), progress));
    }

    DeclaredSource asSource() {
        return new DeclaredSource(transformer, plan, weights, text.source());
    }

    /** Releases native memory; the weights on the host stay as long as someone references them. */
    @Override
    public void close() {
        use.close();
        inference.close();
    }
}
