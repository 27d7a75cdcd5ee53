package dev.lancet.runtime.language;

import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Sample;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TextListener;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.task.TaskResult;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** A language model that can be used: it continues texts and is measured. TensorFlow or ONNX Runtime may run it. */
public interface TextModel extends AutoCloseable {

    /** What runs it. */
    TextEngine engine();

    /** Generates one text after another, and reads again only what a prompt does not share with the text before. */
    default TextGenerator generator() {
        return new TextGenerator(engine());
    }

    /** The continuation of a text with the most likely token at each position. */
    default String generate(String prompt, int tokens) {
        return generate(Sample.greedy(prompt, tokens), piece -> {}).text();
    }

    /** The continuation of a text; {@code eager} receives it piece by piece as it is generated. */
    default Generation generate(Sample sample, Consumer<String> eager) {
        try (TextGenerator once = generator()) {
            return once.generate(sample.prompt(), GenerationSettings.of(sample), TextListener.of(eager));
        }
    }

    /** The tokens that continue a prompt; {@code eager} receives them one at a time. */
    default int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        TextEngine engine = engine();
        return engine.during(() -> new TokenGenerator(engine.limits(), sampler, end)
                .generate(engine.openSession(), prompt, tokens, eager));
    }

    /** The token ids of a part of a corpus, by this model's tokenizer. */
    int[] tokens(Corpus.Part part);

    /** Perplexity over a part of a corpus, with the numbers behind it, in windows of the model's context. */
    Perplexity evaluate(Corpus.Part part);

    /** Perplexity over token ids, in consecutive windows; see {@link Perplexity}. */
    Perplexity evaluate(int[] ids, int window);

    /** The accuracy of the model's answers to the questions of a task, with the numbers behind it. */
    TaskResult evaluate(Task task);

    /** Releases native memory. */
    @Override
    void close();
}
