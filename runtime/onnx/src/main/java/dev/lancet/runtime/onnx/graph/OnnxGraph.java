package dev.lancet.runtime.onnx.graph;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * Collects the nodes, constants and weights of an ONNX graph, in an order in which every value exists before it is used. A
 * value is known by its name. Constants up to 1 KiB stand in the graph, larger arrays in a file beside it.
 */
public final class OnnxGraph {

    /** The first with blocks of codes that share a scale. */
    private static final int OPERATORS = 21;

    private static final int FORMAT = 10;
    private static final int INLINE = 1024;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final ExternalWeights weights;
    private final Map<String, ExternalWeights.Place> stored = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private boolean contrib;

    /** An empty graph whose weights go to this file. */
    public OnnxGraph(String name, ExternalWeights weights) {
        this.weights = weights;
        graph.setName(name);
    }

    /** Adds an input; a dimension is a number, or the name of one that is only known when the graph runs. */
    public String input(String name, ElementType type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** Names a value as an output. */
    public void output(String name, ElementType type, Object... dimensions) {
        graph.addOutput(value(name, type, dimensions));
    }

    private static ValueInfoProto value(String name, ElementType type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(
                    dimension instanceof Number number
                            ? one.setDimValue(number.longValue())
                            : one.setDimParam(String.valueOf(dimension)));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.number())
                                .setShape(shape)))
                .build();
    }

    /** Begins a node of the standard. */
    public OnnxNode node(String operator, String name) {
        return new OnnxNode(this, operator, name);
    }

    /** Begins a node that only ONNX Runtime knows. */
    public OnnxNode contrib(String operator, String name) {
        contrib = true;
        return new OnnxNode(this, operator, name).ofContrib();
    }

    void add(NodeProto node) {
        graph.addNode(node);
    }

    /** Whether there is a constant or a weight of this name. */
    public boolean has(String name) {
        return names.contains(name);
    }

    /** A constant of 64-bit integers with one dimension; the same name gives the same constant. */
    public String ints(String name, long... values) {
        return ints(name, List.of((long) values.length), values);
    }

    /** A scalar 64-bit integer. */
    public String scalar(String name, long value) {
        return ints(name, List.of(), value);
    }

    private String ints(String name, List<Long> shape, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return array(name, ElementType.INT64, shape, parts -> parts.accept(bytes));
    }

    /** A scalar float. */
    public String scalar(String name, float value) {
        return floats(name, List.of(), value);
    }

    /** An array of floats in row-major order. */
    public String floats(String name, List<Long> shape, float... values) {
        return array(name, ElementType.FLOAT, shape, parts -> {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            parts.accept(bytes);
        });
    }

    /**
     * An array in row-major order. If there is one of this name already, the content is not asked for.
     *
     * @param content passes on the bytes, little-endian
     */
    public String array(String name, ElementType type, List<Long> shape, ExternalWeights.Content content) {
        if (!names.add(name)) {
            return name;
        }
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        long length = type.bytes(elements);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.number())
                .addAllDims(shape);
        if (length > INLINE) {
            ExternalWeights.Place place = weights.append(content, length);
            stored.put(name, place);
            refer(tensor, place);
        } else {
            ByteBuffer bytes = ByteBuffer.allocate((int) length);
            content.passTo(bytes::put);
            tensor.setRawData(ByteString.copyFrom(bytes.flip()));
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** Another array over the bytes of one that is there, in another type or shape. */
    public String view(String of, String name, ElementType type, List<Long> shape) {
        if (!names.add(name)) {
            return name;
        }
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.number())
                .addAllDims(shape);
        ExternalWeights.Place place = stored.get(of);
        if (place == null) {
            graph.getInitializerList().stream()
                    .filter(one -> one.getName().equals(of))
                    .forEach(one -> tensor.setRawData(one.getRawData()));
        } else {
            refer(tensor, place);
        }
        graph.addInitializer(tensor);
        return name;
    }

    private void refer(TensorProto.Builder tensor, ExternalWeights.Place place) {
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", weights.name()))
                .addExternalData(entry("offset", Long.toString(place.offset())))
                .addExternalData(entry("length", Long.toString(place.length())));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** The finished model. */
    public ModelProto model(String version, Map<String, String> metadata) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(FORMAT)
                .setProducerName("lancet")
                .setProducerVersion(version)
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATORS));
        if (contrib) {
            model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(OnnxNode.CONTRIB).setVersion(1));
        }
        metadata.forEach((key, value) -> model.addMetadataProps(entry(key, value)));
        return model.build();
    }
}
