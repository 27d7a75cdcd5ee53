package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.graph.Examples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Encodes texts as the inputs of a graph. */
final class LabelledTextTokenizer {

    /** The most positions of all rows together; beyond, the arrays would take gigabytes. */
    private static final long MOST_POSITIONS = 1L << 28;

    private static final int TELL_EVERY = 256;

    private final Tokenizer tokenizer;
    private final TextSignatureInputs inputs;
    private final int longest;
    private final int vocabulary;

    /**
     * An encoder.
     *
     * @param longest the most tokens of a text; longer texts are cut
     * @param vocabulary the number of ids that the model knows
     */
    LabelledTextTokenizer(Tokenizer tokenizer, TextSignatureInputs inputs, int longest, int vocabulary) {
        this.tokenizer = tokenizer;
        this.inputs = inputs;
        this.longest = longest;
        this.vocabulary = vocabulary;
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
        List<int[]> ids = new ArrayList<>();
        int cut = 0;
        int width = 1;
        try (Progress.Task told = progress.begin("tokenize", texts.count())) {
            for (LabelledText text : texts.rows()) {
                int[] whole = tokenizer.encode(text.text());
                int[] row = whole.length > longest ? shortened(text.text(), whole) : whole;
                TokenIdChecks.check(row, vocabulary, text.where());
                cut += whole.length > longest ? 1 : 0;
                width = Math.max(width, row.length);
                ids.add(row);
                if (ids.size() % TELL_EVERY == 0) {
                    told.advance(ids.size(), "");
                }
            }
        }
        return new Encoded(examples(ids, inputs.positions().orElse(width)).labels(classes), cut);
    }

    /** The ids of a text without its last tokens, but with the ids that the tokenizer puts around a text. */
    private int[] shortened(String text, int[] whole) {
        int[] plain = tokenizer.encode(text, false);
        int added = whole.length - plain.length;
        int before = 0;
        while (before < added && !Arrays.equals(whole, before, before + plain.length, plain, 0, plain.length)) {
            before++;
        }
        int after = added - before;
        if (added >= longest) {
            return Arrays.copyOf(whole, longest);
        }
        int[] row = Arrays.copyOf(whole, longest);
        System.arraycopy(whole, whole.length - after, row, longest - after, after);
        return row;
    }

    private Examples examples(List<int[]> ids, int width) {
        long positions = (long) ids.size() * width;
        if (positions > MOST_POSITIONS) {
            throw new LancetException("rows: " + ids.size() + " of " + width + " tokens are too many to keep in memory;"
                    + " give fewer rows, or a smaller --sequence");
        }
        int[][] filled = ids.stream().map(row -> Arrays.copyOf(row, width)).toArray(int[][]::new);
        Examples examples = Examples.of(inputs.ids(), filled);
        if (inputs.mask().isPresent()) {
            int[][] mask = ids.stream().map(row -> ones(row.length, width)).toArray(int[][]::new);
            examples = examples.and(inputs.mask().get(), mask);
        }
        return inputs.types().isPresent() ? examples.and(inputs.types().get(), new int[ids.size()][width]) : examples;
    }

    private static int[] ones(int count, int width) {
        int[] row = new int[width];
        Arrays.fill(row, 0, count, 1);
        return row;
    }
}
