package dev.lancet.runtime.onnx;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.Generator;
import dev.lancet.runtime.generate.NextLogits;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextContinuation;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
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
 * <p>Texts that are begun from it may be read by several threads, each text by one.
 */
public final class OnnxModel implements AutoCloseable {

    private final OnnxSession session;
    private final Optional<Tokenizer> tokenizer;

    private OnnxModel(OnnxSession session, Optional<Tokenizer> tokenizer) {
        this.session = session;
        this.tokenizer = tokenizer;
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
            boolean bytes = session.vocabulary() == Tokenizer.bytes().vocabulary();
            return new OnnxModel(session, found.or(() -> bytes ? Optional.of(Tokenizer.bytes()) : Optional.empty()));
        } catch (RuntimeException wrong) {
            found.ifPresent(Tokenizer::close);
            throw wrong;
        }
    }

    /** The name of the model. */
    public String name() {
        return session.name();
    }

    /** The most tokens that the model reads. */
    public int context() {
        return session.context();
    }

    /** The number of tokens. */
    public int vocabulary() {
        return session.vocabulary();
    }

    /** Begins a text, of which nothing is read yet. */
    public NextLogits begin() {
        return new OnnxText(session);
    }

    /** The continuation of a text with the most likely token at each position. */
    public String generate(String prompt, int tokens) {
        return generate(Sample.greedy(prompt, tokens), piece -> {}).text();
    }

    /** The continuation of a text; {@code eager} receives it piece by piece as it is generated. */
    public Generation generate(Sample sample, Consumer<String> eager) {
        Tokenizer own = tokenizer.orElseThrow(() -> new LancetException("tokenizer: " + name()
                + " has none; put a tokenizer.json or tok*.bin beside the model, or give token ids"));
        return text(sample).text(sample, own, eager);
    }

    private TextContinuation text(Sample sample) {
        return (prompt, end, each) -> generate(prompt, sample.tokens(), Sampler.of(sample), end, each);
    }

    /** The tokens that continue a prompt; {@code eager} receives them one at a time. */
    public int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        TokenIdChecks.check(prompt, vocabulary(), "prompt");
        return new Generator(name(), context(), this::begin).generate(prompt, tokens, sampler, end, eager);
    }

    @Override
    public void close() {
        session.close();
        tokenizer.ifPresent(Tokenizer::close);
    }
}
