package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.task.ContinuationRequest;
import dev.lancet.runtime.task.TaskEngine;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model that TensorFlow runs, as tasks need it: prompts of equal length are read together.
 *
 * @param continuing opens its continuation graph
 * @param decoding opens its decoding graph
 */
public record TensorFlowTaskEngine(
        Transformer transformer, Tokenizer tokenizer, Supplier<Engine> continuing, Supplier<Engine> decoding)
        implements TaskEngine {

    @Override
    public PromptLimits limits() {
        return new PromptLimits(transformer.name(), transformer.vocabulary(), transformer.context());
    }

    @Override
    public double[] score(List<ContinuationRequest> requests, Progress.Task progress) {
        return new LikelihoodScorer(transformer, continuing.get()).score(requests, progress);
    }

    @Override
    public List<String> firstLines(List<int[]> prompts, int tokens, Progress.Task progress) {
        return new BatchGenerator(transformer, decoding.get(), tokenizer).generate(prompts, tokens, progress);
    }
}
