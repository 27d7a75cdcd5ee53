package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Signatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.proto.SignatureDef;

/**
 * A sentence encoder: the graph of a SavedModel, perhaps compressed, and its tokenizer. It gives texts vectors of length 1,
 * whose products are the cosine similarities of the texts. If the graph has a vector for each token, the vector of a text
 * is their mean.
 *
 * <pre>{@code
 * try (TextEncoder encoder = TextEncoder.open(Path.of("minilm-small"), Optional.empty(), Device.auto())) {
 *     float[] vector = encoder.encode(List.of("Rates stay where they are.")).get(0).vector();
 * }
 * }</pre>
 *
 * <p>Only one thread may use an encoder at a time.
 */
public final class TextEncoder implements AutoCloseable {

    /** The most tokens that are read of a text if the signature does not fix the number, as sentence-transformers does. */
    private static final int LONGEST = 256;

    /** The most texts in one run; a run takes memory for each. */
    private static final int BATCH = 32;

    private final String name;
    private final RunningModel model;
    private final Tokenizer tokenizer;
    private final SignatureTokenizer inputs;
    private final EncoderOutput output;

    private TextEncoder(
            String name, RunningModel model, Tokenizer tokenizer, SignatureTokenizer inputs, EncoderOutput output) {
        this.name = name;
        this.model = model;
        this.tokenizer = tokenizer;
        this.inputs = inputs;
        this.output = output;
    }

    /**
     * Opens an encoder.
     *
     * @param path a SavedModel folder or a frozen graph
     * @param tokenizer a {@code tokenizer.json}; empty for the one in the model's folder or beside it
     * @throws LancetException if the graph does not take token ids, has no output with vectors, or is damaged
     */
    public static TextEncoder open(Path path, Optional<Path> tokenizer, Device device) {
        return of(ImportedModel.open(path), tokenizer, device);
    }

    /** An encoder over a graph that is open already; see {@link #open}. */
    public static TextEncoder of(ImportedModel graph, Optional<Path> tokenizer, Device device) {
        String where = graph.path().toString();
        SignatureDef signature = graph.meta().getSignatureDefOrThrow(Signatures.serving(graph.meta(), where));
        TextSignatureInputs inputs = TextSignatureInputs.of(signature, where);
        EncoderOutput output = EncoderOutput.of(signature, where);
        Tokenizer opened = Tokenizer.open(SignatureTokenizer.file(graph.path(), tokenizer));
        try {
            SignatureTokenizer encoding = new SignatureTokenizer(
                    opened, inputs, inputs.positions().orElse(LONGEST), SignatureTokenizer.vocabulary(graph.plan()));
            RunningModel running = RunningModel.open(GraphSource.of(graph), device.resolve());
            return new TextEncoder(graph.name(), running, opened, encoding, output);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The name of the model. */
    public String name() {
        return name;
    }

    /** The numbers of a vector. */
    public int width() {
        return output.width();
    }

    /** The vectors of texts, in their order. Of a longer text, only the first tokens count. */
    public List<TextEmbedding> encode(List<String> texts) {
        // Texts of like length in one run: shorter ones are filled up to the longest.
        List<Integer> order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(at -> texts.get(at).length()))
                .toList();
        TextEmbedding[] vectors = new TextEmbedding[texts.size()];
        for (int from = 0; from < order.size(); from += BATCH) {
            List<Integer> some = order.subList(from, Math.min(order.size(), from + BATCH));
            List<TextEmbedding> batch = batch(some.stream().map(texts::get).toList());
            for (int row = 0; row < batch.size(); row++) {
                vectors[some.get(row)] = batch.get(row);
            }
        }
        return List.of(vectors);
    }

    private List<TextEmbedding> batch(List<String> texts) {
        SignatureTokenizer.Encoded encoded = inputs.encode(texts, at -> "text", Progress.silent());
        float[] values = model.outputs(encoded.examples()).get(output.name());
        if (values == null) {
            throw new IllegalStateException(name + " gave no " + output.name());
        }
        List<TextEmbedding> vectors = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            int tokens = encoded.tokens().get(row);
            vectors.add(new TextEmbedding(output.vector(values, texts.size(), row, tokens), tokens));
        }
        return vectors;
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
