package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Reads the text of a graph, see {@link GraphText#parse}. */
final class GraphParser {

    private static final Pattern LINE = Pattern.compile("(?<name>\\S+) = (?<body>.*)");
    private static final Pattern CALL =
            Pattern.compile("(?<op>@?[\\w.>/-]+)\\((?<args>[^)]*)\\)(?<attributes>.*?)(?<shapes> : .*)?");
    private static final Pattern DECLARED = Pattern.compile(
            "(?<op>Variable|Placeholder|Const)(?: (?<type>[a-z]\\w*))?(?: (?<shape>\\[[-\\d,?]*\\]))?(?: (?<value>[^\\s\\[]+))?");

    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private final Map<String, String> reads = new HashMap<>();
    private final boolean shaped;

    GraphParser(String text) {
        String[] lines = text.strip().split("\\R", -1);
        this.shaped = text.contains(") : ") || text.contains(" : [");
        for (String line : lines) {
            if (line.contains(" = Variable")) {
                String name = line.substring(0, line.indexOf(" = ")).strip();
                reads.put(name, name + ".read");
            }
        }
        for (String line : lines) {
            if (!line.isBlank() && !line.startsWith(GraphText.HEADER)) {
                node(line.strip());
            }
        }
    }

    GraphDef graph() {
        return graph.build();
    }

    private void node(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw unreadable(line);
        }
        String name = matcher.group("name");
        Matcher declared = DECLARED.matcher(matcher.group("body"));
        Matcher call = CALL.matcher(matcher.group("body"));
        if (declared.matches()) {
            declare(name, declared);
        } else if (call.matches()) {
            call(name, call, line);
        } else {
            throw unreadable(line);
        }
    }

    private static IllegalArgumentException unreadable(String line) {
        return new IllegalArgumentException("graph text: cannot read '" + line
                + "'; a line is 'name = Op(inputs) attributes : shape', 'name = Variable [2,3]',"
                + " 'name = Placeholder int32 [2,-1]' or 'name = Const int32 0'");
    }

    private void declare(String name, Matcher declared) {
        AttrValue type = type(declared.group("type") == null ? "float" : declared.group("type"));
        TensorShapeProto shape = shape(declared.group("shape") == null ? "[]" : declared.group("shape"));
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).putAttr("dtype", type);
        switch (declared.group("op")) {
            case "Variable" -> {
                node.setOp("VarHandleOp")
                        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build());
                add(node, TensorShapeProto.getDefaultInstance());
                NodeDef.Builder read = NodeDef.newBuilder()
                        .setName(reads.get(name))
                        .setOp("ReadVariableOp")
                        .addInput(name)
                        .putAttr("dtype", type);
                add(read, shape);
            }
            case "Placeholder" -> {
                node.setOp("Placeholder")
                        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build());
                add(node, shape);
            }
            default -> {
                TensorProto value = constant(type.getType(), shape, declared.group("value"));
                node.setOp("Const")
                        .putAttr(
                                "value", AttrValue.newBuilder().setTensor(value).build());
                add(node, shape);
            }
        }
    }

    private void add(NodeDef.Builder node, TensorShapeProto... shapes) {
        if (shaped) {
            AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
            for (TensorShapeProto shape : shapes) {
                list.addShape(shape);
            }
            node.putAttr(Attributes.SHAPES, AttrValue.newBuilder().setList(list).build());
        }
        graph.addNode(node);
    }

    private static TensorProto constant(DataType type, TensorShapeProto shape, String value) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type).setTensorShape(shape);
        for (String one : value.replaceAll("[{}]", "").split(",", -1)) {
            switch (type) {
                case DT_FLOAT -> tensor.addFloatVal(Float.parseFloat(one));
                case DT_INT64 -> tensor.addInt64Val(Long.parseLong(one));
                case DT_BOOL -> tensor.addBoolVal(Boolean.parseBoolean(one));
                default -> tensor.addIntVal(Integer.parseInt(one));
            }
        }
        return tensor.build();
    }

    private void call(String name, Matcher call, String line) {
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(call.group("op"));
        if (call.group("op").startsWith("@")) {
            NameAttrList function = NameAttrList.newBuilder()
                    .setName(call.group("op").substring(1))
                    .build();
            node.setOp("PartitionedCall")
                    .putAttr("f", AttrValue.newBuilder().setFunc(function).build());
        }
        for (String input : call.group("args").split(", ", -1)) {
            if (!input.isBlank()) {
                node.addInput(input(input.strip()));
            }
        }
        for (String attribute : call.group("attributes").strip().split(" ", -1)) {
            if (!attribute.isBlank()) {
                attribute(node, attribute, line);
            }
        }
        if (call.group("shapes") == null) {
            graph.addNode(node);
        } else {
            String[] shapes = call.group("shapes").substring(" : ".length()).split(" ", -1);
            add(node, Arrays.stream(shapes).map(GraphParser::shape).toArray(TensorShapeProto[]::new));
        }
    }

    private String input(String text) {
        String mark = text.startsWith("^") ? "^" : "";
        String name = text.substring(mark.length());
        return name.startsWith("&") ? mark + name.substring(1) : mark + reads.getOrDefault(name, name);
    }

    private static void attribute(NodeDef.Builder node, String text, String line) {
        int equals = text.indexOf('=');
        String value = equals < 0 ? "true" : text.substring(equals + 1);
        AttrValue.Builder attribute = AttrValue.newBuilder();
        if (value.equals("true") || value.equals("false")) {
            attribute.setB(Boolean.parseBoolean(value));
        } else if (value.matches("-?\\d+")) {
            attribute.setI(Long.parseLong(value));
        } else if (value.matches("-?\\d.*")) {
            attribute.setF(Float.parseFloat(value));
        } else if (value.matches("[a-z]\\w*")) {
            attribute.setType(type(value).getType());
        } else if (value.matches("\".*\"")) {
            attribute.setS(ByteString.copyFromUtf8(value.substring(1, value.length() - 1)));
        } else {
            throw new IllegalArgumentException("graph text: cannot read the attribute " + text + " of '" + line + "'");
        }
        node.putAttr(equals < 0 ? text : text.substring(0, equals), attribute.build());
    }

    private static AttrValue type(String name) {
        return AttrValue.newBuilder().setType(ElementTypes.named(name)).build();
    }

    private static TensorShapeProto shape(String text) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        String inner = text.substring(1, text.length() - 1);
        if (inner.equals("?")) {
            return shape.setUnknownRank(true).build();
        }
        for (String size : inner.split(",", -1)) {
            if (!size.isBlank()) {
                shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(Long.parseLong(size.strip())));
            }
        }
        return shape.build();
    }
}
