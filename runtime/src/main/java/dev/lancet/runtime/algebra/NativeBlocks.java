package dev.lancet.runtime.algebra;

import dev.lancet.compression.matrix.Matrix;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * A matrix in native memory, one block after another: some rows {@code [count, side]} if it is tall or square, some columns
 * {@code [side, count]} if it is wide. Blocks are valid only while they are visited.
 */
@SuppressWarnings("try") // a PointerScope frees what is allocated while it is open
final class NativeBlocks {

    /** The most rows or columns of a block: 8 MB for a side of 2048. */
    static final int BLOCK = 1024;

    private final Matrix matrix;

    NativeBlocks(Matrix matrix) {
        this.matrix = matrix;
    }

    /** Receives {@code count} rows or columns from {@code first} on. */
    @FunctionalInterface
    interface Block<P> {
        void visit(P values, int first, int count);
    }

    boolean tall() {
        return matrix.rows() >= matrix.columns();
    }

    int side() {
        return matrix.smallerSide();
    }

    int length() {
        return Math.max(matrix.rows(), matrix.columns());
    }

    void floats(Block<FloatPointer> visitor) {
        try (PointerScope scope = new PointerScope()) {
            FloatPointer block = new FloatPointer((long) Math.min(BLOCK, length()) * side());
            for (int first = 0; first < length(); first += BLOCK) {
                int count = Math.min(BLOCK, length() - first);
                if (tall()) {
                    block.put(matrix.values(), first * side(), count * side());
                } else {
                    for (int row = 0; row < side(); row++) {
                        block.position((long) row * count).put(matrix.values(), row * length() + first, count);
                    }
                }
                visitor.visit(block.position(0), first, count);
            }
        }
    }

    void doubles(Block<DoublePointer> visitor) {
        try (PointerScope scope = new PointerScope()) {
            DoublePointer block = new DoublePointer((long) Math.min(BLOCK, length()) * side());
            for (int first = 0; first < length(); first += BLOCK) {
                int count = Math.min(BLOCK, length() - first);
                double[] line = new double[tall() ? side() : count];
                int lines = tall() ? count : side();
                for (int i = 0; i < lines; i++) {
                    int from = tall() ? (first + i) * side() : i * length() + first;
                    for (int j = 0; j < line.length; j++) {
                        line[j] = matrix.values()[from + j];
                    }
                    block.position((long) i * line.length).put(line, 0, line.length);
                }
                visitor.visit(block.position(0), first, count);
            }
        }
    }
}
