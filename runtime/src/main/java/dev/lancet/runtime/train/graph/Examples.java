package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Rows for training or evaluating a graph: an array for each input of a signature, whose first axis counts the rows, and
 * labels.
 *
 * <pre>{@code
 * Examples rows = Examples.of("ids", new int[][] {{5, 3, 0}, {7, 0, 0}}).labels(1, 0);
 * }</pre>
 */
public final class Examples {

    private final int rows;
    private final Map<String, ExampleColumn> inputs;
    private final Optional<ExampleColumn> labels;

    private Examples(int rows, Map<String, ExampleColumn> inputs, Optional<ExampleColumn> labels) {
        this.rows = rows;
        this.inputs = inputs;
        this.labels = labels;
    }

    static Examples of(int rows, Map<String, ExampleColumn> inputs) {
        return new Examples(rows, Map.copyOf(inputs), Optional.empty());
    }

    /** No rows. */
    public static Examples none() {
        return new Examples(0, Map.of(), Optional.empty());
    }

    /**
     * Rows of whole numbers, such as token ids.
     *
     * @param rows {@code [rows][elements of a row]}
     */
    public static Examples of(String input, int[][] rows) {
        return new Examples(rows.length, Map.of(), Optional.empty()).and(input, rows);
    }

    /**
     * Rows of floats, such as features.
     *
     * @param rows {@code [rows][elements of a row]}
     */
    public static Examples of(String input, float[][] rows) {
        return new Examples(rows.length, Map.of(), Optional.empty()).and(input, rows);
    }

    /**
     * Rows of floats with any shape.
     *
     * @param values the rows one after the other, each in row-major order: {@code rows · shape[0] · shape[1] · …}
     *     numbers
     * @param rows the number of rows
     * @param shape the shape of one row: {@code 28, 28} for images {@code [28, 28]}, so that the graph gets {@code
     *     [rows, 28, 28]}
     */
    public static Examples of(String input, float[] values, int rows, long... shape) {
        return new Examples(rows, Map.of(), Optional.empty())
                .with(input, new ExampleColumn(new int[0], values.clone(), shape.clone()));
    }

    /** The same rows with another input, {@code [rows][elements of a row]}. */
    public Examples and(String input, int[][] values) {
        int[] flat = Arrays.stream(values).flatMapToInt(Arrays::stream).toArray();
        return with(
                input, new ExampleColumn(flat, new float[0], new long[] {values.length == 0 ? 0 : values[0].length}));
    }

    /** The same rows with another input, {@code [rows][elements of a row]}. */
    public Examples and(String input, float[][] values) {
        return with(input, floats(values));
    }

    private static ExampleColumn floats(float[][] values) {
        int width = values.length == 0 ? 0 : values[0].length;
        float[] flat = new float[values.length * width];
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != width) {
                throw new IllegalArgumentException(
                        "examples: row " + i + " has " + values[i].length + " numbers, row 0 has " + width);
            }
            System.arraycopy(values[i], 0, flat, i * width, width);
        }
        return new ExampleColumn(new int[0], flat, new long[] {width});
    }

    private Examples with(String input, ExampleColumn column) {
        Map<String, ExampleColumn> more = new LinkedHashMap<>(inputs);
        more.put(input, fitting(input, column));
        return new Examples(rows, more, labels);
    }

    private ExampleColumn fitting(String what, ExampleColumn column) {
        long given = column.ints().length + (long) column.floats().length;
        if (given != (long) rows * column.width()) {
            throw new IllegalArgumentException("examples: " + what + " has " + given + " numbers for " + rows
                    + " rows of " + Arrays.toString(column.row()));
        }
        return column;
    }

    /** Adds the class of every row, counted from 0; {@code [rows]}. */
    public Examples labels(int... classes) {
        ExampleColumn column =
                new ExampleColumn(classes.clone(), new float[0], new long[] {rows == 0 ? 0 : classes.length / rows});
        return new Examples(rows, inputs, Optional.of(fitting("labels", column)));
    }

    /** Adds the target output of every row, {@code [rows][elements of a row]}. */
    public Examples targets(float[][] values) {
        return new Examples(rows, inputs, Optional.of(fitting("targets", floats(values))));
    }

    /** The number of rows. */
    public int count() {
        return rows;
    }

    /** The rows from {@code from} up to {@code to}, exclusive. */
    public Examples between(int from, int to) {
        if (from < 0 || to > rows || from > to) {
            throw new IllegalArgumentException("examples: rows " + from + " to " + to + " of " + rows);
        }
        return at(to - from, i -> from + i);
    }

    /** Some rows: row i is row {@code which(i)} of these. */
    public Examples at(int count, IntUnaryOperator which) {
        Map<String, ExampleColumn> some = new LinkedHashMap<>();
        inputs.forEach((name, column) -> some.put(name, column.at(count, which)));
        return new Examples(count, some, labels.map(column -> column.at(count, which)));
    }

    /** The labels; empty if there are none, or if they are floats. */
    public int[] classes() {
        return labels.map(column -> column.ints().clone()).orElse(new int[0]);
    }

    /**
     * The whole numbers of an input, {@code [rows · elements of a row]}.
     *
     * @throws LancetException if there is no such input
     */
    public int[] ids(String input) {
        return column(input).ints().clone();
    }

    private ExampleColumn column(String input) {
        ExampleColumn column = inputs.get(input);
        if (column == null) {
            throw new LancetException("examples: the signature takes '" + input + "', but they have only " + names());
        }
        return column;
    }

    /** The elements of the longest row among the inputs, at least 1. */
    public int longestRow() {
        return inputs.values().stream().mapToInt(ExampleColumn::width).max().orElse(1);
    }

    /** Which positions of all rows count, from {@link #maskInput}; empty if there is none with this many positions. */
    public Optional<boolean[]> mask(int positions) {
        return maskInput(positions).map(this::ids).map(values -> {
            boolean[] counts = new boolean[positions];
            for (int i = 0; i < positions; i++) {
                counts[i] = values[i] != 0;
            }
            return counts;
        });
    }

    /**
     * The input of whole numbers whose name contains {@code mask}; empty if there is none with this many positions in all
     * rows.
     */
    public Optional<String> maskInput(int positions) {
        return names().stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).contains("mask")
                        && column(name).ints().length == positions)
                .findFirst();
    }

    /** A SHA-256 over names, shapes and values, which identifies a set of examples. */
    public String fingerprint() {
        MessageDigest digest = Sha256.digest();
        names().forEach(name -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            Objects.requireNonNull(inputs.get(name)).addTo(digest);
        });
        labels.ifPresent(column -> column.addTo(digest));
        return rows + " examples, SHA-256 " + Sha256.text(digest.digest());
    }

    /** The names of the inputs, for messages. */
    List<String> names() {
        return inputs.keySet().stream().sorted().toList();
    }

    /** An input as a tensor of this type; the caller owns it. */
    Tensor tensor(String input, DataType type) {
        ExampleColumn column = column(input);
        long[] dims = new long[column.row().length + 1];
        dims[0] = rows;
        System.arraycopy(column.row(), 0, dims, 1, column.row().length);
        return column.tensor("input '" + input + "'", type, Shape.of(dims));
    }

    /** The labels as a list of this type; the caller owns it. */
    Tensor labels(DataType type) {
        ExampleColumn column = labels.orElseThrow(() -> new LancetException(
                "examples: they have no labels; give the classes with labels(...), or numbers with targets(...)"));
        return column.tensor("label", type, Shape.of((long) rows * column.width()));
    }
}
