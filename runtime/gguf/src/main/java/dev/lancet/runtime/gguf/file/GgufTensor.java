package dev.lancet.runtime.gguf.file;

/**
 * The description of one tensor: a matrix {@code [rows, columns]} in row-major order, or a vector.
 *
 * @param name the name
 * @param rows number of rows, 1 for a vector
 * @param columns numbers of a row, or of the vector
 * @param vector whether it has one dimension
 * @param type how rows are stored
 */
public record GgufTensor(String name, int rows, int columns, boolean vector, GgufType type) {

    public GgufTensor {
        if (!type.fits(columns)) {
            throw new IllegalArgumentException("gguf: " + columns + " columns of " + name + " are not whole blocks of "
                    + type.block() + " for " + type);
        }
    }

    /** A matrix. */
    public static GgufTensor matrix(String name, int rows, int columns, GgufType type) {
        return new GgufTensor(name, rows, columns, false, type);
    }

    /** A vector of floats. */
    public static GgufTensor vector(String name, int length) {
        return new GgufTensor(name, 1, length, true, GgufType.FLOAT32);
    }

    /** Bytes of its data. */
    public long bytes() {
        return (long) rows * type.rowBytes(columns);
    }
}
