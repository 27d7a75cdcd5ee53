package dev.lancet.dsl.plan;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
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
 * <p>A half byte holds code + 8 for int4 (codes −8…7), the code 0…15 for asymmetric int4, and the index into the table of
 * 16 values for nf4. The last group of a channel may be shorter. After an odd number of codes, the remaining half byte is
 * 0.
 *
 * <p>Asymmetric int4 has a zero point z for each scale s, one byte 0…15, and a weight is (code − z) · s. Double
 * quantization stores scales as codes −127…127 of {@code max(0, mean + code · step)}, computed in float32. All scales of a
 * group share a step and a mean, whatever their channel. Let G be the number of groups, ⌈m/g⌉ or ⌈n/g⌉:
 *
 * <table>
 * <caption>What these two change in the arrays of 4 bits</caption>
 * <tr><th>4 bits</th><th>channels</th><th>{@code x.scale}</th><th>{@code x.scale.step}, {@code x.scale.mean}</th>
 *     <th>{@code x.zero}</th></tr>
 * <tr><td>double quantized</td><td>COLUMNS</td><td>INT8 [G, n]</td><td>FLOAT32 [G, 1]</td><td>none</td></tr>
 * <tr><td>double quantized</td><td>ROWS</td><td>INT8 [m, G]</td><td>FLOAT32 [1, G]</td><td>none</td></tr>
 * <tr><td>asymmetric</td><td>COLUMNS</td><td>FLOAT32 [G, n]</td><td>none</td><td>UINT8 [G, n]</td></tr>
 * <tr><td>asymmetric</td><td>ROWS</td><td>FLOAT32 [m, G]</td><td>none</td><td>UINT8 [m, G]</td></tr>
 * </table>
 *
 * <p>A matrix can have both. The arrays are ordered {@code x}, {@code x.scale}, {@code x.scale.step}, {@code
 * x.scale.mean}, {@code x.zero}.
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

    /** The stored arrays: the matrix or its codes, then the scales if it is quantized, then what these need. */
    public List<ArraySpec> arrays() {
        boolean byColumn = channels == Channels.COLUMNS;
        return switch (precision.format()) {
            case FLOAT32 -> List.of(new ArraySpec(name, ArraySpec.Type.FLOAT32, List.of(rows, columns)));
            case BFLOAT16 -> List.of(new ArraySpec(name, ArraySpec.Type.BFLOAT16, List.of(rows, columns)));
            case INT8 ->
                List.of(
                        new ArraySpec(name, ArraySpec.Type.INT8, List.of(rows, columns)),
                        floats(Weight.scale(name), byColumn ? List.of(1, columns) : List.of(rows, 1)));
            case INT4, NF4 -> halfBytes(byColumn);
        };
    }

    private List<ArraySpec> halfBytes(boolean byColumn) {
        int groups = ceil(byColumn ? rows : columns, precision.group());
        List<Integer> codes = byColumn ? List.of(ceil(rows, 2), columns) : List.of(rows, ceil(columns, 2));
        List<Integer> scales = byColumn ? List.of(groups, columns) : List.of(rows, groups);
        List<ArraySpec> arrays = new ArrayList<>();
        arrays.add(new ArraySpec(name, ArraySpec.Type.UINT8, codes));
        if (precision.compactScales()) {
            List<Integer> shared = byColumn ? List.of(groups, 1) : List.of(1, groups);
            arrays.add(new ArraySpec(Weight.scale(name), ArraySpec.Type.INT8, scales));
            arrays.add(floats(Weight.scaleStep(name), shared));
            arrays.add(floats(Weight.scaleMean(name), shared));
        } else {
            arrays.add(floats(Weight.scale(name), scales));
        }
        if (precision.zeroPoints()) {
            arrays.add(new ArraySpec(Weight.zeroPoint(name), ArraySpec.Type.UINT8, scales));
        }
        return List.copyOf(arrays);
    }

    private static ArraySpec floats(String array, List<Integer> shape) {
        return new ArraySpec(array, ArraySpec.Type.FLOAT32, shape);
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Bytes of the stored arrays, with scales. */
    public long bytes() {
        return arrays().stream().mapToLong(ArraySpec::bytes).sum();
    }
}
