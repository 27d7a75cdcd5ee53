package dev.lancet.runtime.onnx;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.io.Progress;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.evaluate.TextLikelihood;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.language.TextModel;
import dev.lancet.runtime.task.SequentialTaskEngine;
import dev.lancet.runtime.task.TaskEvaluation;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.Corpora;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model in a folder that {@link OnnxExport} wrote, run by ONNX Runtime on the processor, with Lancet's tokenizer and
 * sampling.
 *
 * <pre>{@code
 * try (OnnxModel model = OnnxModel.open(Path.of("exported"))) {
 *     System.out.println(model.generate("The Committee", 64));
 * }
 * }</pre>
 *
 * <p>Several threads may use it, each with a session or a generator of its own.
 */
public final class OnnxModel implements TextModel, TextEngine {

    private static final Path HERE = Path.of("");

    private final Path folder;
    private final OnnxSession session;
    private final Optional<Tokenizer> tokenizer;
    private Progress progress = Progress.silent();

    private OnnxModel(Path folder, OnnxSession session, Optional<Tokenizer> tokenizer) {
        this.folder = folder;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    /** Whether a folder holds an exported model, and nothing else that is a model. */
    public static boolean exported(Path folder) {
        return Files.exists(folder.resolve(OnnxFiles.GRAPH))
                && !Files.exists(folder.resolve("lancet.json"))
                && !Files.exists(folder.resolve("config.json"));
    }

    /** The export of a model beside its weights: its folder {@code onnx}, or empty if that is no exported one. */
    public static Optional<Path> exportIn(Path model) {
        Path folder = model.resolve("onnx");
        return exported(folder) ? Optional.of(folder) : Optional.empty();
    }

    /**
     * Opens a folder.
     *
     * @throws LancetException if it holds no model that Lancet exported, or if a file is damaged
     */
    public static OnnxModel open(Path folder) {
        return open(folder, Runtime.getRuntime().availableProcessors());
    }

    /** Opens a folder to run on so many threads. */
    public static OnnxModel open(Path folder, int threads) {
        Optional<Tokenizer> found = Tokenizer.find(folder).map(Tokenizer::open);
        try {
            OnnxSession session = OnnxSession.open(folder, threads);
            boolean bytes = session.graph().vocabulary() == Tokenizer.bytes().vocabulary();
            return new OnnxModel(
                    folder, session, found.or(() -> bytes ? Optional.of(Tokenizer.bytes()) : Optional.empty()));
        } catch (RuntimeException wrong) {
            found.ifPresent(Tokenizer::close);
            throw wrong;
        }
    }

    /** Reports the progress of long work. */
    public OnnxModel progress(Progress told) {
        progress = told;
        return this;
    }

    @Override
    public PromptLimits limits() {
        ExportedGraph graph = session.graph();
        return new PromptLimits(graph.name(), graph.vocabulary(), graph.context());
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer.orElseThrow(() -> new LancetException("tokenizer: " + limits().model()
                + " has none; put a tokenizer.json or tok*.bin beside the model, or give token ids"));
    }

    @Override
    public Optional<ChatTemplate> chat() {
        return ChatTemplate.find(folder);
    }

    @Override
    public DecodingSession openSession() {
        return new OnnxDecodingSession(session);
    }

    @Override
    public TextEngine engine() {
        return this;
    }

    @Override
    public int[] tokens(Corpus.Part part) {
        TokenText text = Corpora.inMemory().progress(progress).read(part.corpus(), HERE, Optional.of(tokenizer()));
        return text.part(part).toArray();
    }

    @Override
    public Perplexity evaluate(Corpus.Part part) {
        int[] ids = tokens(part);
        return evaluate(ids, Math.min(limits().context(), Math.max(2, ids.length)));
    }

    @Override
    public Perplexity evaluate(int[] ids, int window) {
        return TextLikelihood.perplexity(this, ids, window, progress);
    }

    @Override
    public TaskResult evaluate(Task task) {
        return new TaskEvaluation(new SequentialTaskEngine(this), tokenizer(), progress).measure(task);
    }

    @Override
    public void close() {
        session.close();
        tokenizer.ifPresent(Tokenizer::close);
    }
}
