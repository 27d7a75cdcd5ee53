package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.json.ConfigJson;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.serving.EncoderSignature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Encodes texts as the inputs of a declared encoder. */
public final class EncoderTokenizer implements AutoCloseable {

    /** The most tokens that are read of a text if nothing says more, as sentence-transformers does for its models. */
    static final int LONGEST = 256;

    private static final String SETTINGS = "sentence_bert_config.json";

    private final Transformer model;
    private final Tokenizer tokenizer;
    private final int usual;

    private EncoderTokenizer(Transformer model, Tokenizer tokenizer, int usual) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.usual = usual;
    }

    /**
     * Opens the tokenizer of an encoder.
     *
     * @throws LancetException if the model has none, or if it is damaged
     */
    public static EncoderTokenizer open(DeclaredSource encoder) {
        Path file = encoder.tokenizer()
                .orElseThrow(() -> new LancetException("tokenizer: "
                        + encoder.transformer().name() + " has none; put its tokenizer.json into the model's folder"));
        return new EncoderTokenizer(encoder.transformer(), Tokenizer.open(file), longest(encoder.transformer(), file));
    }

    /** What {@code sentence_bert_config.json} says, or 256, but never more than the context. */
    private static int longest(Transformer model, Path tokenizer) {
        Path settings = tokenizer.resolveSibling(SETTINGS);
        Optional<Integer> said =
                Files.isRegularFile(settings) ? ConfigJson.read(settings).integer("max_seq_length") : Optional.empty();
        return Math.min(model.context(), said.filter(most -> most > 0).orElse(LONGEST));
    }

    /**
     * Encodes texts.
     *
     * @param longest the most tokens of a text, the rest of which is left out; empty for the usual number
     * @throws LancetException if the number exceeds the model's context, or if a text has an unknown id
     */
    public SignatureTokenizer.Encoded encode(List<String> texts, OptionalInt longest) {
        int most = longest.orElse(usual);
        if (most > model.context()) {
            throw new LancetException("tokens: " + most + " a text, but " + model.name() + " reads at most "
                    + model.context() + "; give a smaller number");
        }
        TextSignatureInputs inputs = TextSignatureInputs.of(EncoderSignature.ofHead(model), model.name());
        return new SignatureTokenizer(tokenizer, inputs, most, model.vocabulary())
                .encode(texts, at -> "text " + (at + 1), Progress.silent());
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
