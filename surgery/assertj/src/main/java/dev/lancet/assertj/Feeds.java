package dev.lancet.assertj;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Values for the inputs of a signature: given ones, and random ones for the other inputs. Floats are normal; integers are
 * 0 to 9, which are valid tokens in nearly every vocabulary.
 *
 * @param seed the seed of the random values
 * @param batch the size of unknown dimensions
 * @param given the given values, by input
 */
record Feeds(long seed, int batch, Map<String, TensorProto> given) {

    private static final int INTEGERS = 10;

    Map<String, TensorProto> of(SignatureDef signature) {
        for (String input : given.keySet()) {
            if (!signature.containsInputs(input)) {
                throw new IllegalArgumentException("input " + input + ": the signature has no such input; it has "
                        + new TreeMap<>(signature.getInputsMap()).keySet());
            }
        }
        Random random = new Random(seed);
        Map<String, TensorProto> values = new TreeMap<>();
        new TreeMap<>(signature.getInputsMap()).forEach((name, info) -> {
            TensorProto value = given.get(name);
            values.put(name, value == null ? drawn(name, info, random) : value);
        });
        return values;
    }

    private TensorProto drawn(String name, TensorInfo info, Random random) {
        if (info.getTensorShape().getUnknownRank()) {
            throw new LancetException("input " + name + ": its rank is unknown; give its values with feeding(...)");
        }
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        int count = 1;
        for (TensorShapeProto.Dim dim : info.getTensorShape().getDimList()) {
            long size = dim.getSize() < 0 ? batch : dim.getSize();
            shape.addDimBuilder().setSize(size);
            count = Math.toIntExact(count * size);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (info.getDtype()) {
                case DT_FLOAT -> bytes.putFloat((float) random.nextGaussian());
                case DT_DOUBLE -> bytes.putDouble(random.nextGaussian());
                case DT_INT32 -> bytes.putInt(random.nextInt(INTEGERS));
                case DT_INT64 -> bytes.putLong(random.nextInt(INTEGERS));
                case DT_INT8, DT_UINT8 -> bytes.put((byte) random.nextInt(INTEGERS));
                case DT_BOOL -> bytes.put((byte) random.nextInt(2));
                default ->
                    throw new LancetException("input " + name + ": there are no random values for " + info.getDtype()
                            + "; compare another signature, or graphs whose inputs are numbers");
            }
        }
        return TensorProto.newBuilder()
                .setDtype(info.getDtype())
                .setTensorShape(shape)
                .setTensorContent(ByteString.copyFrom(bytes.flip()))
                .build();
    }
}
