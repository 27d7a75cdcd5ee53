package dev.lancet.runtime.onnx.graph;

import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/** A node that is not in its graph yet; {@link #out} and {@link #outs} add it. An input that is left out is an empty text. */
public final class OnnxNode {

    /** The domain of the operators that ONNX Runtime adds to the standard. */
    static final String CONTRIB = "com.microsoft";

    private final OnnxGraph graph;
    private final NodeProto.Builder node;

    OnnxNode(OnnxGraph graph, String operator, String name) {
        this.graph = graph;
        node = NodeProto.newBuilder().setOpType(operator).setName(name);
    }

    OnnxNode ofContrib() {
        node.setDomain(CONTRIB);
        return this;
    }

    /** Adds inputs. */
    public OnnxNode in(String... inputs) {
        node.addAllInput(List.of(inputs));
        return this;
    }

    /** Sets an attribute. */
    public OnnxNode with(String attribute, long value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value));
        return this;
    }

    /** Sets an attribute. */
    public OnnxNode with(String attribute, float value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value));
        return this;
    }

    /** Sets an attribute. */
    public OnnxNode with(String attribute, String value) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value)));
        return this;
    }

    /** Sets an attribute. */
    public OnnxNode with(String attribute, List<Long> values) {
        node.addAttribute(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values));
        return this;
    }

    /** Adds the node with one output, which has the node's name. Returns it. */
    public String out() {
        outs(node.getName());
        return node.getName();
    }

    /** Adds the node with these outputs. */
    public void outs(String... outputs) {
        graph.add(node.addAllOutput(List.of(outputs)).build());
    }
}
