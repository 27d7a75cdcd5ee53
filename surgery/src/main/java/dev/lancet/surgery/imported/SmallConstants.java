package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** Small whole numbers that stand in a graph: shapes, axes, orders. */
final class SmallConstants {

    private static final int MOST = 64;

    private SmallConstants() {}

    /** The numbers of a constant, or empty if the node is none, or is no short list of whole numbers. */
    static Optional<List<Long>> whole(Node node) {
        Node constant = node;
        while (constant.is("Identity") && constant.producer(0).isPresent()) {
            constant = constant.producer(0).get();
        }
        return constant.is("Const")
                ? constant.attribute("value").map(AttrValue::getTensor).flatMap(SmallConstants::whole)
                : Optional.empty();
    }

    private static Optional<List<Long>> whole(TensorProto tensor) {
        boolean small = tensor.getDtype() == DataType.DT_INT32;
        long count = 1;
        for (long dim : Attributes.dims(tensor.getTensorShape())) {
            count *= dim;
            if (dim < 0 || count > MOST) {
                return Optional.empty();
            }
        }
        if (!small && tensor.getDtype() != DataType.DT_INT64) {
            return Optional.empty();
        }
        List<Long> said = new ArrayList<>();
        if (!tensor.getTensorContent().isEmpty()) {
            ByteBuffer bytes = tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.remaining() >= (small ? Integer.BYTES : Long.BYTES)) {
                said.add(small ? bytes.getInt() : bytes.getLong());
            }
        } else if (small) {
            tensor.getIntValList().forEach(value -> said.add((long) value));
        } else {
            said.addAll(tensor.getInt64ValList());
        }
        // A list that is shorter than its shape goes on with its last number; an empty one is all zeros.
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(said.isEmpty() ? 0 : said.get(Math.min(i, said.size() - 1)));
        }
        return Optional.of(numbers);
    }
}
