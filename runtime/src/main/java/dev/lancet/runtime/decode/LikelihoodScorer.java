package dev.lancet.runtime.decode;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.task.ContinuationRequest;
import dev.lancet.runtime.task.EqualLengthBatches;
import dev.lancet.runtime.task.TaskEngine;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.types.TInt32;

/**
 * Measures the log likelihood of continuations. A prompt is read once for all its continuations; prompts of equal length are
 * read together. Continuations of a batch are padded behind their end, where no earlier position can see it.
 */
final class LikelihoodScorer {

    private final Transformer transformer;
    private final Engine continuing;

    /** A scorer over a continuation graph of this transformer. */
    LikelihoodScorer(Transformer transformer, Engine continuing) {
        this.transformer = transformer;
        this.continuing = continuing;
    }

    /**
     * The log likelihood of each continuation in nats, summed over its tokens.
     *
     * @throws LancetException if one is not a number
     */
    double[] score(List<ContinuationRequest> requests, Progress.Task progress) {
        Map<IntBuffer, List<Integer>> byPrompt = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            byPrompt.computeIfAbsent(IntBuffer.wrap(requests.get(i).prompt()), unknown -> new ArrayList<>())
                    .add(i);
        }
        List<int[]> prompts = byPrompt.keySet().stream().map(IntBuffer::array).toList();
        List<List<Integer>> continuations = List.copyOf(byPrompt.values());
        double[] scores = new double[requests.size()];
        long done = 0;
        for (List<Integer> batch : EqualLengthBatches.batches(prompts)) {
            List<List<Integer>> wanted = batch.stream().map(continuations::get).toList();
            score(batch.stream().map(prompts::get).toArray(int[][]::new), wanted, requests, scores);
            done += wanted.stream().mapToInt(List::size).sum();
            progress.advance(done, "");
        }
        return scores;
    }

    private void score(
            int[][] prompts, List<List<Integer>> wanted, List<ContinuationRequest> requests, double[] scores) {
        int most = wanted.stream().mapToInt(List::size).max().orElse(0);
        try (KeyValueCache cache = read(prompts)) {
            for (int turn = 0; turn < most; turn++) {
                int[] turns = new int[prompts.length];
                for (int text = 0; text < prompts.length; text++) {
                    // A prompt with fewer continuations than others repeats its last one.
                    List<Integer> own = wanted.get(text);
                    turns[text] = own.get(Math.min(turn, own.size() - 1));
                }
                score(cache, turns, requests, scores);
            }
        }
    }

    /** Reads the prompts except their last tokens, which begin the runs that score. */
    private KeyValueCache read(int[][] prompts) {
        KeyValueCache cache = new KeyValueCache(transformer, prompts.length);
        int length = prompts[0].length - 1;
        if (length == 0) {
            return cache;
        }
        int[][] ids = Arrays.stream(prompts)
                .map(prompt -> Arrays.copyOf(prompt, length))
                .toArray(int[][]::new);
        try (TInt32 in = TensorTransfer.matrix(ids);
                TInt32 past = TInt32.scalarOf(0)) {
            cache.take(
                    cache.fetch(cache.feed(continuing.runner().feed("ids", in).feed("past", past)))
                            .run(),
                    0,
                    length);
            return cache;
        } catch (RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    private void score(KeyValueCache cache, int[] turns, List<ContinuationRequest> requests, double[] scores) {
        int width = Arrays.stream(turns)
                .map(turn -> requests.get(turn).continuation().length)
                .max()
                .orElseThrow();
        int[][] ids = new int[turns.length][width];
        int[][] labels = new int[turns.length][width];
        for (int text = 0; text < turns.length; text++) {
            ContinuationRequest request = requests.get(turns[text]);
            int[] tokens = request.continuation();
            ids[text][0] = request.prompt()[request.prompt().length - 1];
            System.arraycopy(tokens, 0, ids[text], 1, tokens.length - 1);
            System.arraycopy(tokens, 0, labels[text], 0, tokens.length);
        }
        try (TInt32 in = TensorTransfer.matrix(ids);
                TInt32 out = TensorTransfer.matrix(labels);
                TInt32 past = TInt32.scalarOf(cache.length());
                var result = cache.feed(continuing
                                .runner()
                                .feed("ids", in)
                                .feed("labels", out)
                                .feed("past", past)
                                .fetch("nll"))
                        .run()) {
            float[] nll = TensorTransfer.floats(result.get(0));
            for (int text = 0; text < turns.length; text++) {
                double sum = 0;
                for (int i = 0; i < requests.get(turns[text]).continuation().length; i++) {
                    sum -= nll[text * width + i];
                }
                scores[turns[text]] = TaskEngine.finite(sum);
            }
        }
    }
}
