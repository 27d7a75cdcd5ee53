package dev.lancet.runtime.signature;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.PlainFile;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Encodes texts as the inputs of a graph's signature. */
public final class SignatureTokenizer {

    /** The file of a tokenizer. */
    public static final String FILE = "tokenizer.json";

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
    public SignatureTokenizer(Tokenizer tokenizer, TextSignatureInputs inputs, int longest, int vocabulary) {
        this.tokenizer = tokenizer;
        this.inputs = inputs;
        this.longest = longest;
        this.vocabulary = vocabulary;
    }

    /**
     * Encoded texts.
     *
     * @param examples the inputs of the signature; shorter rows are filled up with zeros
     * @param tokens the number of tokens of each text, after cutting
     * @param cut the number of texts that were longer and lost their end
     */
    public record Encoded(Examples examples, List<Integer> tokens, int cut) {

        public Encoded {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * Finds the tokenizer of a graph: the given file, or {@code tokenizer.json} in the model's {@code assets.extra}, in its
     * {@code assets}, in its folder or beside that.
     *
     * @throws LancetException if there is none
     */
    public static Path file(Path model, Optional<Path> given) {
        if (given.isPresent()) {
            if (!given.get().toString().endsWith(".json")) {
                throw new LancetException(
                        "tokenizer: " + given.get() + "; name a Hugging Face tokenizer, a file tokenizer.json");
            }
            return given.get();
        }
        return find(model)
                .orElseThrow(() -> new LancetException("tokenizer: " + model + " has none in " + SavedModelWriter.EXTRA
                        + ", in assets or beside it; put a tokenizer.json there, or name one with --tokenizer FILE"));
    }

    /** The {@code tokenizer.json} of a graph, in the places of {@link #file}, or empty. */
    public static Optional<Path> find(Path model) {
        for (String place : List.of(SavedModelWriter.EXTRA + "/", "assets/", "")) {
            Path file = PlainFile.inside(model, place + FILE);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        Path around = model.toAbsolutePath().normalize().getParent();
        return around != null && Files.isRegularFile(PlainFile.inside(around, FILE))
                ? Optional.of(around.resolve(FILE))
                : Optional.empty();
    }

    /** The rows of the largest table of a graph, which no id may exceed. */
    public static int vocabulary(Plan plan) {
        return plan.steps().stream()
                .map(Step::weight)
                .filter(weight -> weight.role().table())
                .mapToInt(table -> table.rows())
                .max()
                .orElse(Integer.MAX_VALUE);
    }

    /**
     * Encodes texts.
     *
     * @param where where a text comes from, for messages
     * @throws LancetException if a text has an id that the model does not know
     */
    public Encoded encode(List<String> texts, IntFunction<String> where, Progress progress) {
        List<int[]> ids = new ArrayList<>();
        int cut = 0;
        int width = 1;
        try (Progress.Task told = progress.begin("tokenize", texts.size())) {
            for (String text : texts) {
                int[] whole = tokenizer.encode(text);
                int[] row = whole.length > longest ? shortened(text, whole) : whole;
                TokenIdChecks.check(row, vocabulary, where.apply(ids.size()));
                cut += whole.length > longest ? 1 : 0;
                width = Math.max(width, row.length);
                ids.add(row);
                if (ids.size() % TELL_EVERY == 0) {
                    told.advance(ids.size(), "");
                }
            }
        }
        Examples examples = examples(ids, inputs.positions().orElse(width));
        return new Encoded(examples, ids.stream().map(row -> row.length).toList(), cut);
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
