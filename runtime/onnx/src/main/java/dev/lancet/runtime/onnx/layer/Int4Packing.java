package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;

/** Half bytes in ONNX's order: signed, row by row without gaps, the first of a pair in the lower half of a byte. */
final class Int4Packing {

    private Int4Packing() {}

    /** The codes of a matrix {@code [rows, columns]}, which are stored with 8 added, in pairs along the inputs. */
    static byte[] signed(StoredMatrix matrix, byte[] stored) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        boolean byColumn = matrix.channels() == Channels.COLUMNS;
        int row = (columns + 1) / 2;
        long count = (long) rows * columns;
        byte[] codes = new byte[Math.toIntExact((count + 1) / 2)];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int pair = stored[byColumn ? i / 2 * columns + j : i * row + j / 2];
                boolean upper = (byColumn ? i : j) % 2 == 1;
                int code = ((upper ? pair >> 4 : pair) & 15) ^ 8;
                long at = (long) i * columns + j;
                codes[(int) (at / 2)] |= (byte) (at % 2 == 0 ? code : code << 4);
            }
        }
        return codes;
    }
}
