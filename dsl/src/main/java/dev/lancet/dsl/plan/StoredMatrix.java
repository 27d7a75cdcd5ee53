package dev.lancet.dsl.plan;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import java.util.List;

/**
 * A stored matrix: a whole weight, one of its two factors, or one of the two matrices of its correction. This class alone defines the layout of codes and scales.
 * {@code compression} writes this layout, and {@code surgery} reads it in the graph.
 *
 * <p>A scale belongs to one output channel. A linear matrix {@code [rows = inputs, columns = outputs]} has a scale per
 * column ({@link Channels#COLUMNS}), and its groups run down the rows. An embedding table has a scale per row
 * ({@link Channels#ROWS}), and its groups run along the columns.
 *
 * <table>
 * <caption>The stored arrays of a matrix {@code x} of shape [m, n], with group g</caption>
 * <tr><th>precision</th><th>channels</th><th>{@code x}</th><th>{@code x.scale}</th></tr>
 * <tr><td>float32</td><td>either</td><td>FLOAT32 [m, n]</td><td>none</td></tr>
 * <tr><td>bfloat16</td><td>either</td><td>BFLOAT16 [m, n]</td><td>none</td></tr>
 * <tr><td>int8</td><td>COLUMNS</td><td>INT8 [m, n]</td><td>FLOAT32 [1, n]</td></tr>
 * <tr><td>int8</td><td>ROWS</td><td>INT8 [m, n]</td><td>FLOAT32 [m, 1]</td></tr>
 * <tr><td>4 bits</td><td>COLUMNS</td><td>UINT8 [⌈m/2⌉, n], rows 2i (low half) and 2i+1 (high half)</td>
 *     <td>FLOAT32 [⌈m/g⌉, n]</td></tr>
 * <tr><td>4 bits</td><td>ROWS</td><td>UINT8 [m, ⌈n/2⌉], columns 2i (low half) and 2i+1 (high half)</td>
 *     <td>FLOAT32 [m, ⌈n/g⌉]</td></tr>
 * </table>
 *
 * <p>A half byte holds code + 8 for int4 (codes −8…7), and the index into the table of 16 values for nf4. The last
 * group of a channel may be shorter. After an odd number of codes, the remaining half byte is 0.
 *
 * @param name the name of the array
 * @param rows number of rows
 * @param columns number of columns
 * @param precision how the matrix is stored
 * @param channels which dimension is that of the output channels
 */
public record StoredMatrix(String name, int rows, int columns, Precision precision, Channels channels) {

    /** Which dimension of a matrix is that of its output channels. */
    public enum Channels {
        /** Each column is a channel, as in linear layers. */
        COLUMNS,
        /** Each row is a channel, as in embedding tables. */
        ROWS
    }

    /** The stored arrays: the matrix or its codes, then the scales if it is quantized. */
    public List<ArraySpec> arrays() {
        boolean byColumn = channels == Channels.COLUMNS;
        return switch (precision.format()) {
            case FLOAT32 -> List.of(new ArraySpec(name, ArraySpec.Type.FLOAT32, List.of(rows, columns)));
            case BFLOAT16 -> List.of(new ArraySpec(name, ArraySpec.Type.BFLOAT16, List.of(rows, columns)));
            case INT8 ->
                List.of(
                        new ArraySpec(name, ArraySpec.Type.INT8, List.of(rows, columns)),
                        scales(byColumn ? List.of(1, columns) : List.of(rows, 1)));
            case INT4, NF4 -> halfBytes(byColumn);
        };
    }

    private List<ArraySpec> halfBytes(boolean byColumn) {
        List<Integer> codes = byColumn ? List.of(ceil(rows, 2), columns) : List.of(rows, ceil(columns, 2));
        List<Integer> scales = byColumn
                ? List.of(ceil(rows, precision.group()), columns)
                : List.of(rows, ceil(columns, precision.group()));
        return List.of(new ArraySpec(name, ArraySpec.Type.UINT8, codes), scales(scales));
    }

    private ArraySpec scales(List<Integer> shape) {
        return new ArraySpec(Weight.scale(name), ArraySpec.Type.FLOAT32, shape);
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Bytes of the stored arrays, with scales. */
    public long bytes() {
        return arrays().stream().mapToLong(ArraySpec::bytes).sum();
    }
}
