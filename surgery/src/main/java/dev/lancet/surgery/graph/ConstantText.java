package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import dev.lancet.io.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Constants in the text of a graph: equal values have equal text, in whichever form the proto stores them. */
final class ConstantText {

    /** Up to this many values are written out. */
    static final int SHOWN = 8;

    private ConstantText() {}

    static String of(TensorProto tensor) {
        TensorShapeProto shape = tensor.getTensorShape();
        long count = count(shape);
        String prefix = shape.getDimCount() == 0 && !shape.getUnknownRank() ? "" : AttributeText.shape(shape) + " ";
        if (tensor.getDtype() == DataType.DT_STRING && strings(tensor, count)) {
            return prefix
                    + (count > SHOWN
                            ? hash(digest -> strings(tensor, (int) count, digest))
                            : listed(shape, (int) count, i -> AttributeText.string(string(tensor, i))));
        }
        Optional<ConstantValues> values = ConstantValues.of(tensor, count);
        if (values.isEmpty()) {
            return prefix + hash(tensor.toByteString());
        }
        return prefix
                + (count > SHOWN
                        ? hash(digest -> values.get().bytes(digest::update))
                        : listed(shape, (int) count, values.get()::shown));
    }

    private static String listed(TensorShapeProto shape, int count, IntFunction<String> value) {
        String shown = IntStream.range(0, count).mapToObj(value).collect(Collectors.joining(","));
        return shape.getDimCount() == 0 ? shown : "{" + shown + "}";
    }

    /** The number of elements; -1 if the shape does not say it, or if it exceeds a long. */
    private static long count(TensorShapeProto shape) {
        long count = shape.getUnknownRank() ? -1 : 1;
        for (TensorShapeProto.Dim dim : shape.getDimList()) {
            long high = Math.multiplyHigh(count, dim.getSize());
            long low = count * dim.getSize();
            if (dim.getSize() < 0 || high != 0 || low < 0) {
                return -1;
            }
            count = low;
        }
        return count;
    }

    /**
     * A list of strings is not padded to an arbitrary size. Strings stored as one run of bytes are hashed as they are.
     */
    private static boolean strings(TensorProto tensor, long count) {
        return tensor.getTensorContent().isEmpty()
                && count >= 0
                && count <= Math.max(1 << 20, tensor.getStringValCount());
    }

    private static void strings(TensorProto tensor, int count, MessageDigest digest) {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            ByteString value = string(tensor, i);
            digest.update(length.clear().putLong(value.size()).flip());
            value.asReadOnlyByteBufferList().forEach(digest::update);
        }
    }

    private static ByteString string(TensorProto tensor, int i) {
        return ConstantValues.at(i, tensor.getStringValCount(), tensor::getStringVal, ByteString.EMPTY);
    }

    /** {@code #} and the first eight digits of the SHA-256. */
    static String hash(ByteString bytes) {
        return hash(digest -> bytes.asReadOnlyByteBufferList().forEach(digest::update));
    }

    private static String hash(Consumer<MessageDigest> fill) {
        MessageDigest digest = Sha256.digest();
        fill.accept(digest);
        return "#" + Sha256.text(digest.digest()).substring(0, 8);
    }
}
