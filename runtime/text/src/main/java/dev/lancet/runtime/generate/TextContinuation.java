package dev.lancet.runtime.generate;

import dev.lancet.dsl.recipe.Sample;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Continues token ids up to an end token and reports each new one. */
@FunctionalInterface
public interface TextContinuation {

    /** The tokens that continue a prompt; {@code each} receives them one at a time. */
    int[] of(int[] prompt, OptionalInt end, IntConsumer each);

    /** Continues the text of a sample; {@code eager} receives each piece as soon as its characters are complete. */
    default Generation text(Sample sample, Tokenizer tokenizer, Consumer<String> eager) {
        Tokenizer.Streaming streaming = tokenizer.streaming();
        StringBuilder text = new StringBuilder();
        Consumer<String> both = piece -> {
            text.append(piece);
            eager.accept(piece);
        };
        int[] prompt = tokenizer.encode(sample.prompt());
        Arrays.stream(prompt).forEach(streaming::add);
        long start = System.nanoTime();
        int[] added = of(prompt, tokenizer.end(), id -> both.accept(streaming.add(id)));
        double seconds = (System.nanoTime() - start) / 1e9;
        both.accept(streaming.finish());
        return new Generation(
                sample.prompt(), text.toString(), Arrays.stream(added).boxed().toList(), added.length / seconds);
    }
}
