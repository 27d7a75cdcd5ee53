package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.train.graph.Examples;
import java.util.List;

/** Encodes texts with their classes as the inputs of a graph. */
final class LabelledTextTokenizer {

    private final SignatureTokenizer tokenizer;

    LabelledTextTokenizer(SignatureTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Encoded texts.
     *
     * @param examples the inputs of the signature with the classes; shorter rows are filled up with zeros
     * @param cut the number of texts that were longer and lost their end
     */
    record Encoded(Examples examples, int cut) {}

    /**
     * Encodes texts.
     *
     * @throws LancetException if a text has a class that is none of these, or an id that the model does not know
     */
    Encoded encode(LabelledTexts texts, ClassLabels names, Progress progress) {
        int[] classes = texts.rows().stream().mapToInt(names::of).toArray();
        List<String> plain = texts.rows().stream().map(LabelledText::text).toList();
        SignatureTokenizer.Encoded encoded =
                tokenizer.encode(plain, at -> texts.rows().get(at).where(), progress);
        return new Encoded(encoded.examples().labels(classes), encoded.cut());
    }
}
