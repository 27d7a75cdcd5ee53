package dev.lancet.runtime.onnx;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TextListener;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

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
public final class OnnxModel implements TextEngine, AutoCloseable {

    private final Path folder;
    private final OnnxSession session;
    private final Optional<Tokenizer> tokenizer;

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

    /** Generates one text after another, and reads again only what a prompt does not share with the text before. */
    public TextGenerator generator() {
        return new TextGenerator(this);
    }

    /** The continuation of a text with the most likely token at each position. */
    public String generate(String prompt, int tokens) {
        return generate(Sample.greedy(prompt, tokens), piece -> {}).text();
    }

    /** The continuation of a text; {@code eager} receives it piece by piece as it is generated. */
    public Generation generate(Sample sample, Consumer<String> eager) {
        try (TextGenerator once = generator()) {
            return once.generate(sample.prompt(), GenerationSettings.of(sample), TextListener.of(eager));
        }
    }

    /** The tokens that continue a prompt; {@code eager} receives them one at a time. */
    public int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        return new TokenGenerator(limits(), sampler, end).generate(openSession(), prompt, tokens, eager);
    }

    @Override
    public void close() {
        session.close();
        tokenizer.ifPresent(Tokenizer::close);
    }
}
