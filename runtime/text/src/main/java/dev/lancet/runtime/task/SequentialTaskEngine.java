package dev.lancet.runtime.task;

import dev.lancet.io.Progress;
import dev.lancet.runtime.evaluate.TextLikelihood;
import dev.lancet.runtime.generate.PromptCache;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.text.task.AnswerParser;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers the questions of a task one after another, with any engine. What a prompt shares with the one before it is not read
 * again.
 *
 * @param engine the model
 */
public record SequentialTaskEngine(TextEngine engine) implements TaskEngine {

    @Override
    public PromptLimits limits() {
        return engine.limits();
    }

    @Override
    public double[] score(List<ContinuationRequest> requests, Progress.Task progress) {
        double[] scores = new double[requests.size()];
        try (TextLikelihood text = TextLikelihood.with(engine)) {
            for (int i = 0; i < scores.length; i++) {
                ContinuationRequest request = requests.get(i);
                scores[i] = TaskEngine.finite(text.logLikelihood(request.prompt(), request.continuation()));
                progress.advance(i + 1L, "");
            }
        }
        return scores;
    }

    @Override
    public List<String> firstLines(List<int[]> prompts, int tokens, Progress.Task progress) {
        List<String> lines = new ArrayList<>();
        Tokenizer tokenizer = engine.tokenizer();
        TokenGenerator generator = new TokenGenerator(engine.limits(), Sampler.greedy(), tokenizer.end());
        try (PromptCache text = new PromptCache(engine.openSession())) {
            for (int[] prompt : prompts) {
                List<Integer> written = new ArrayList<>();
                generator.generate(text, prompt, tokens, id -> {
                    written.add(id);
                    return !AnswerParser.hasLine(decoded(tokenizer, written));
                });
                lines.add(AnswerParser.firstLine(decoded(tokenizer, written)));
                progress.advance(lines.size(), "");
            }
        }
        return List.copyOf(lines);
    }

    private static String decoded(Tokenizer tokenizer, List<Integer> ids) {
        return tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
    }
}
