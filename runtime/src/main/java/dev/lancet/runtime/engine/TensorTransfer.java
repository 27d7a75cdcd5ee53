package dev.lancet.runtime.engine;

import java.nio.ByteBuffer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Copies numbers between the JVM and TensorFlow's tensors in bulk. The caller owns a returned tensor and closes it. */
public final class TensorTransfer {

    private static final int CHUNK = 1 << 20;

    private TensorTransfer() {}

    /** An int32 tensor {@code [rows.length, rows[0].length]}; with no rows, the number of columns is the given one. */
    public static TInt32 matrix(int[][] rows) {
        Shape shape = Shape.of(rows.length, rows.length == 0 ? 0 : rows[0].length);
        return TInt32.tensorOf(shape, tensor -> {
            var data = tensor.asRawTensor().data().asInts();
            for (int i = 0; i < rows.length; i++) {
                data.offset((long) i * rows[i].length).write(rows[i]);
            }
        });
    }

    /** A float32 tensor {@code [rows.length, rows[0].length]}. */
    public static TFloat32 matrix(float[][] rows) {
        return TFloat32.tensorOf(Shape.of(rows.length, rows[0].length), tensor -> {
            var data = tensor.asRawTensor().data().asFloats();
            for (int i = 0; i < rows.length; i++) {
                data.offset((long) i * rows[i].length).write(rows[i]);
            }
        });
    }

    /** A float32 tensor of this shape, filled from little-endian bytes. */
    public static TFloat32 floats(Shape shape, ByteBuffer bytes) {
        return TFloat32.tensorOf(shape, tensor -> fill(tensor, 0, bytes));
    }

    /** A float32 tensor of this shape with these numbers, in row-major order. */
    public static TFloat32 floats(Shape shape, float[] values) {
        return TFloat32.tensorOf(
                shape, tensor -> tensor.asRawTensor().data().asFloats().write(values));
    }

    /** Copies all remaining bytes into a tensor, starting at a byte of it. */
    static void fill(Tensor tensor, long from, ByteBuffer bytes) {
        ByteDataBuffer data = tensor.asRawTensor().data();
        ByteBuffer source = bytes.duplicate();
        if (from + source.remaining() > data.size()) {
            throw new IllegalArgumentException("tensor: " + source.remaining() + " bytes from " + from
                    + " on do not fit into one of " + data.size() + " bytes");
        }
        byte[] chunk = new byte[Math.min(CHUNK, source.remaining())];
        for (long at = from; source.hasRemaining(); ) {
            int length = Math.min(chunk.length, source.remaining());
            source.get(chunk, 0, length);
            data.offset(at).write(chunk, 0, length);
            at += length;
        }
    }

    /** All bytes of a tensor in memory order: row-major, in the byte order of this machine. */
    static byte[] bytes(Tensor tensor) {
        ByteDataBuffer data = tensor.asRawTensor().data();
        byte[] bytes = new byte[Math.toIntExact(data.size())];
        data.read(bytes);
        return bytes;
    }

    /** All numbers of a float32 tensor. */
    public static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }
}
