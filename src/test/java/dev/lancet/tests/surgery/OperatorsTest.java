package dev.lancet.tests.surgery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.assertj.GoldenGraphs;
import dev.lancet.surgery.graph.Operators;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.OpList;

/**
 * The table of operators against the registry of the native library; {@code -Dgolden.update=true} writes the table anew.
 */
class OperatorsTest {

    private static final Path TABLES = Path.of("surgery/src/main/resources/dev/lancet/surgery/graph");

    private static OpList registry() throws InvalidProtocolBufferException {
        TF_Buffer buffer = tensorflow.TF_GetAllOpList();
        try {
            byte[] bytes = new byte[Math.toIntExact(buffer.length())];
            buffer.data().capacity(bytes.length).asByteBuffer().get(bytes);
            return OpList.parseFrom(bytes);
        } finally {
            tensorflow.TF_DeleteBuffer(buffer);
        }
    }

    @Test
    void the_table_of_operators_is_what_the_native_library_registers() throws InvalidProtocolBufferException {
        String version = TensorFlow.version();

        assertThat(version).startsWith(Operators.VERSION + ".");
        new GoldenGraphs(TABLES, Boolean.getBoolean(GoldenGraphs.UPDATE))
                .verify("tensorflow-" + Operators.VERSION + ".ops", Operators.table(version, registry()));
    }
}
