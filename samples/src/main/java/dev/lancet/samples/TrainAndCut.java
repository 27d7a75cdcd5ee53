package dev.lancet.samples;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.ratio;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.Model;
import java.io.PrintStream;
import java.util.Locale;

/** Trains a small model on a text, compresses it to a quarter, and lets both models continue a sentence. */
public final class TrainAndCut {

    private TrainAndCut() {}

    /** Run it with a text file and a number of steps: {@code samples/data/fed-minutes.txt 200}. */
    public static void main(String... arguments) {
        tell(arguments[0], Integer.parseInt(arguments[1]), System.out);
    }

    static void tell(String file, int steps, PrintStream out) {
        Corpus text = corpus(file).bytes().holdOut(0.05);
        Transformer gpt = Transformer.decoder("mini")
                .vocabulary(256)
                .context(128)
                .width(128)
                .layers(2)
                .attention(heads(4))
                .feedForward(swiglu(344))
                .build();
        Compression diet = Compression.keepAll().on(linears()).factorise(ratio(0.5), int8());

        try (Model full = Model.create(gpt, 42).train(text, adamW(steps, 1e-3));
                Model slim = full.compress(diet)) {
            out.printf(Locale.ROOT, "%,d -> %,d bytes%n", full.bytes(), slim.bytes());
            out.printf(
                    Locale.ROOT,
                    "perplexity %.2f -> %.2f%n",
                    full.perplexity(text.heldOut()),
                    slim.perplexity(text.heldOut()));
            out.println(slim.generate("The Committee", 32));
        }
    }
}
