package dev.lancet.runtime.embed;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Signatures;
import dev.lancet.surgery.serving.EncoderSignature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tensorflow.proto.SignatureDef;

/**
 * A sentence encoder, perhaps compressed, and its tokenizer: a Hugging Face or sentence-transformers folder, a Lancet model
 * folder, or a graph. It gives texts vectors, usually of length 1, so that their products are the cosine similarities of the
 * texts. If a graph has a vector for each token, the vector of a text is their mean.
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
    private static final int LONGEST = EncoderTokenizer.LONGEST;

    /** The most texts in one run; a run takes memory for each. */
    private static final int BATCH = 32;

    private final String name;
    private final RunningModel model;
    private final Runnable closing;
    private final Function<List<String>, SignatureTokenizer.Encoded> inputs;
    private final EncoderOutput output;

    private TextEncoder(
            String name,
            RunningModel model,
            Runnable closing,
            Function<List<String>, SignatureTokenizer.Encoded> inputs,
            EncoderOutput output) {
        this.name = name;
        this.model = model;
        this.closing = closing;
        this.inputs = inputs;
        this.output = output;
    }

    /**
     * Opens an encoder.
     *
     * @param path a Hugging Face folder, a Lancet model folder, a SavedModel folder or a frozen graph
     * @param tokenizer a {@code tokenizer.json}; empty for the one in the model's folder or beside it
     * @throws LancetException if the model gives no vectors, or is damaged
     */
    public static TextEncoder open(Path path, Optional<Path> tokenizer, Device device) {
        return switch (Format.of(path)) {
            case SAVED_MODEL, FROZEN_GRAPH -> of(ImportedModel.open(path), tokenizer, device);
            case HUGGING_FACE, LANCET, LLAMA2C -> {
                DeclaredSource found = DeclaredSource.of(Checkpoint.open(path));
                yield of(tokenizer.map(found::with).orElse(found), device);
            }
        };
    }

    /** Whether a path holds a declared encoder; the weights are not read. */
    public static boolean declared(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        if (Files.exists(path.resolve("lancet.json"))) {
            return !ModelFolder.open(path).manifest().transformer().continuesText();
        }
        return Files.exists(path.resolve("config.json"))
                && !HuggingFace.transformer(path).continuesText();
    }

    /**
     * An encoder of a declared model that is open already; see {@link #open}.
     *
     * @throws LancetException if its head gives no vectors
     */
    public static TextEncoder of(DeclaredSource encoder, Device device) {
        Transformer model = encoder.transformer();
        if (!(model.head() instanceof Head.TextVector) && !(model.head() instanceof Head.MaskedToken)) {
            throw new LancetException("embed: " + model.name() + " has the head " + model.head()
                    + ", which gives no vectors of texts; use an encoder");
        }
        EncoderOutput output = EncoderOutput.of(EncoderSignature.of(model), model.name());
        boolean unit = !(model.head() instanceof Head.TextVector vector) || vector.unitLength();
        EncoderTokenizer tokenizer = EncoderTokenizer.open(encoder);
        try {
            return new TextEncoder(
                    model.name(),
                    RunningModel.open(encoder, device.resolve()),
                    tokenizer::close,
                    texts -> tokenizer.encode(texts, OptionalInt.empty()),
                    unit ? output : output.ofAnyLength());
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
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
            return new TextEncoder(
                    graph.name(),
                    running,
                    opened::close,
                    texts -> encoding.encode(texts, at -> "text", Progress.silent()),
                    output);
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
        return encode(texts, BATCH, Progress.silent());
    }

    /**
     * The vectors of texts, in their order.
     *
     * @param most the most texts in one run, at least 1
     * @param progress is told how many texts are done
     */
    public List<TextEmbedding> encode(List<String> texts, int most, Progress progress) {
        if (most < 1) {
            throw new LancetException("batch: " + most + " texts; there must be at least 1");
        }
        // Texts of like length in one run: shorter ones are filled up to the longest.
        List<Integer> order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(at -> texts.get(at).length()))
                .toList();
        TextEmbedding[] vectors = new TextEmbedding[texts.size()];
        try (Progress.Task task = progress.begin("embed", texts.size())) {
            for (int from = 0; from < order.size(); from += most) {
                List<Integer> some = order.subList(from, Math.min(order.size(), from + most));
                List<TextEmbedding> batch = batch(some.stream().map(texts::get).toList());
                for (int row = 0; row < batch.size(); row++) {
                    vectors[some.get(row)] = batch.get(row);
                }
                task.advance(from + some.size(), "");
            }
        }
        return List.of(vectors);
    }

    private List<TextEmbedding> batch(List<String> texts) {
        SignatureTokenizer.Encoded encoded = inputs.apply(texts);
        float[] values = model.output(encoded.examples(), output.name());
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
        closing.run();
    }
}
