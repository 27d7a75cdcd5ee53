package dev.lancet.runtime.decode;

import dev.lancet.dsl.Transformer;
import dev.lancet.io.Progress;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.task.EqualLengthBatches;
import dev.lancet.runtime.text.task.AnswerParser;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Continues many prompts with the likeliest token at each position, up to the end of a line. */
final class BatchGenerator {

    private final Transformer transformer;
    private final Engine decoding;
    private final Tokenizer tokenizer;

    /** A generator over a decoding graph of this transformer. */
    BatchGenerator(Transformer transformer, Engine decoding, Tokenizer tokenizer) {
        this.transformer = transformer;
        this.decoding = decoding;
        this.tokenizer = tokenizer;
    }

    /**
     * The first line that the model writes after each prompt.
     *
     * @param prompts the prompts; together with the new tokens each fits into the context
     * @param tokens the most tokens to write
     */
    List<String> generate(List<int[]> prompts, int tokens, Progress.Task progress) {
        String[] texts = new String[prompts.size()];
        long done = 0;
        for (List<Integer> batch : EqualLengthBatches.batches(prompts)) {
            List<String> lines = lines(batch.stream().map(prompts::get).toArray(int[][]::new), tokens);
            for (int i = 0; i < batch.size(); i++) {
                texts[batch.get(i)] = lines.get(i);
            }
            done += batch.size();
            progress.advance(done, "");
        }
        return List.of(texts);
    }

    private List<String> lines(int[][] prompts, int tokens) {
        int texts = prompts.length;
        boolean[] finished = new boolean[texts];
        int[] counts = new int[texts];
        int[][] written = new int[texts][tokens];
        try (Decoder decoder = new Decoder(decoding, transformer, texts)) {
            float[] logits = decoder.readAll(prompts);
            for (int step = 0; step < tokens; step++) {
                int[][] next = new int[texts][1];
                for (int text = 0; text < texts; text++) {
                    if (!finished[text]) {
                        next[text][0] = likeliest(logits, text, texts, decoder.length());
                        finished[text] = ends(next[text][0]);
                        if (!finished[text]) {
                            written[text][counts[text]++] = next[text][0];
                            finished[text] = hasLine(Arrays.copyOf(written[text], counts[text]));
                        }
                    }
                }
                boolean all = true;
                for (boolean one : finished) {
                    all &= one;
                }
                if (all || step + 1 == tokens) {
                    break;
                }
                logits = decoder.readAll(next);
            }
        }
        List<String> lines = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
            lines.add(AnswerParser.firstLine(tokenizer.decode(Arrays.copyOf(written[text], counts[text]))));
        }
        return lines;
    }

    private static int likeliest(float[] logits, int text, int texts, int position) {
        int vocabulary = logits.length / texts;
        return Sampler.greedy().pick(Arrays.copyOfRange(logits, text * vocabulary, (text + 1) * vocabulary), position);
    }

    private boolean ends(int id) {
        return tokenizer.end().isPresent() && tokenizer.end().getAsInt() == id;
    }

    private boolean hasLine(int[] ids) {
        return AnswerParser.hasLine(tokenizer.decode(ids));
    }
}
