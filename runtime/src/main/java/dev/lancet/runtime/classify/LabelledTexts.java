package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.source.FieldRow;
import dev.lancet.runtime.text.source.FieldRows;
import dev.lancet.runtime.train.graph.RowShuffle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Texts with their classes, in the order of their file.
 *
 * @param rows the texts
 */
public record LabelledTexts(List<LabelledText> rows) {

    /** The most rows of a file. */
    private static final int MOST = 1_000_000;

    private static final List<String> USUAL = List.of("text", "sentence");

    public LabelledTexts {
        rows = List.copyOf(rows);
    }

    /**
     * The fields of a row.
     *
     * @param text the field that holds the text; empty for {@code text}, or {@code sentence} where a row has no such field
     * @param label the field that holds the class
     */
    public record Fields(Optional<String> text, String label) {

        private String text(FieldRow row) {
            return text.orElseGet(() ->
                    USUAL.stream().filter(row.names()::contains).findFirst().orElse(USUAL.get(0)));
        }
    }

    /**
     * Two parts of some texts.
     *
     * @param rest the texts to train on
     * @param heldOut the texts that are kept for validation
     */
    public record Split(LabelledTexts rest, LabelledTexts heldOut) {}

    /** No texts. */
    public static LabelledTexts none() {
        return new LabelledTexts(List.of());
    }

    /**
     * Reads the rows of a file, see {@link FieldRows}.
     *
     * @throws LancetException if a row has no such field, or if there is no row or more than 1,000,000; the message names
     *     the place
     */
    public static LabelledTexts read(Path file, Fields fields, Progress progress) {
        List<LabelledText> rows = new ArrayList<>();
        FieldRows.of(List.of(file)).each("read rows", progress, row -> {
            if (rows.size() == MOST) {
                throw new LancetException("rows: " + file + " has more than " + MOST + "; give a part of them");
            }
            String label = value(row, fields.label(), "--label").strip();
            if (label.isEmpty()) {
                throw new LancetException("rows: " + row.where() + " has nothing in its field '" + fields.label()
                        + "'; give its class, or leave the row out");
            }
            rows.add(new LabelledText(row.where(), value(row, fields.text(row), "--field"), label));
        });
        if (rows.isEmpty()) {
            throw new LancetException("rows: " + file + " has none; give at least one row with a text and its class");
        }
        return new LabelledTexts(rows);
    }

    private static String value(FieldRow row, String field, String option) {
        return row.text(field)
                .orElseThrow(() -> new LancetException("rows: " + row.where() + " has no text in a field '" + field
                        + "'; it has " + row.names() + "; name the field with " + option));
    }

    /** The number of texts. */
    public int count() {
        return rows.size();
    }

    /**
     * Holds a share of the texts of each class out for validation, drawn by a seed: rounded, but at least one text of a class
     * that has two or more, and never all of them.
     *
     * @param share from 0, for no validation, to below 1
     */
    public Split holdOut(double share, long seed) {
        Map<String, List<Integer>> byLabel = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            byLabel.computeIfAbsent(rows.get(i).label(), label -> new ArrayList<>())
                    .add(i);
        }
        boolean[] held = new boolean[rows.size()];
        SplittableRandom random = new SplittableRandom(seed);
        byLabel.values().forEach(of -> {
            long wanted = share == 0 ? 0 : Math.max(1, Math.round(share * of.size()));
            int[] order = RowShuffle.order(of.size(), random);
            Arrays.stream(order).limit(Math.min(wanted, of.size() - 1L)).forEach(at -> held[of.get(at)] = true);
        });
        return new Split(where(held, false), where(held, true));
    }

    /** Some of the texts, drawn by a seed, in the order of the file; all of them if there are not more. */
    public LabelledTexts some(int most, long seed) {
        boolean[] drawn = new boolean[rows.size()];
        Arrays.stream(RowShuffle.order(rows.size(), new SplittableRandom(seed)))
                .limit(most)
                .forEach(at -> drawn[at] = true);
        return where(drawn, true);
    }

    private LabelledTexts where(boolean[] chosen, boolean wanted) {
        List<LabelledText> some = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] == wanted) {
                some.add(rows.get(i));
            }
        }
        return new LabelledTexts(some);
    }
}
