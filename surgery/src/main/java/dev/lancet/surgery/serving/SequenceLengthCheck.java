package dev.lancet.surgery.serving;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** The nodes that end a run with an error if its texts have no token, or more than the context. */
record SequenceLengthCheck(GraphBuilder builder, Transformer model) {

    /**
     * Adds a check.
     *
     * @param prefix of the names of its nodes
     * @param length the tokens of each text, an int32 scalar
     * @return the node to run before anything else
     */
    String of(String prefix, Value length) {
        Ops ops = new Ops(builder);
        String name = prefix + ".length";
        Value fits = ops.and(
                name + ".fits",
                ops.compare(name + ".any", "Greater", length, ops.constant(name + ".none", 0)),
                ops.compare(name + ".short", "LessEqual", length, ops.constant(name + ".context", model.context())));
        builder.node(name, "Assert")
                .in(fits, message(name + ".message"), length)
                .with("T", Attributes.types(List.of(DataType.DT_STRING, DataType.DT_INT32)))
                .with("summarize", 1)
                .ends();
        return name;
    }

    private Value message(String name) {
        String text = "ids: a text takes 1 to " + model.context() + " tokens, the context of " + model.name()
                + "; these have";
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(Attributes.shape(List.of()))
                .addStringVal(ByteString.copyFromUtf8(text))
                .build();
        return builder.node(name, "Const")
                .with("dtype", DataType.DT_STRING)
                .with("value", Attributes.of(tensor))
                .gives(TensorType.of(DataType.DT_STRING));
    }
}
