package dev.lancet.surgery.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Builds a graph, or the body of a function, node by node. Nodes keep the order in which they are added; it is
 * topological because a node can only take values that exist. The same calls give the same proto, byte for byte.
 *
 * <p>Every node declares the type and dimensions of its outputs, which go into the attribute {@code _output_shapes}:
 * TensorFlow checks them on import, and passes need not infer them.
 *
 * <pre>{@code
 * GraphBuilder body = GraphBuilder.function("double");
 * Value x = body.argument("x", TensorType.of(DT_FLOAT, -1));
 * body.result("y", new Ops(body).add("y", x, x));
 *
 * GraphBuilder graph = GraphBuilder.graph();
 * Value in = graph.placeholder("in", TensorType.of(DT_FLOAT, -1));
 * Function twice = graph.define(body);
 * graph.call("out", twice, List.of(in));
 * GraphDef done = graph.toGraph();
 * }</pre>
 */
public final class GraphBuilder {

    /** The producer version of TensorFlow 2.18; operators behave as in that version. */
    private static final int PRODUCER = 1987;

    private final String function;
    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, FunctionDef> library = new LinkedHashMap<>();
    private final Map<String, Value> arguments = new LinkedHashMap<>();
    private final Map<String, Value> results = new LinkedHashMap<>();

    private GraphBuilder(String function) {
        this.function = function;
    }

    /**
     * A library function that graphs can call.
     *
     * @param definition its proto
     * @param results the types of its results, in order
     */
    public record Function(FunctionDef definition, List<TensorType> results) {
        /** The name by which it is called. */
        public String name() {
            return definition.getSignature().getName();
        }
    }

    /** An empty graph. */
    public static GraphBuilder graph() {
        return new GraphBuilder("");
    }

    /** An empty function body. Argument, result and node names in it are {@code [a-z][a-z0-9_]*}. */
    public static GraphBuilder function(String name) {
        return new GraphBuilder(name);
    }

    /** An argument of the function under construction. */
    public Value argument(String name, TensorType type) {
        Value argument = new Value(name, 0, type);
        if (nodes.containsKey(name) || arguments.put(name, argument) != null) {
            throw new IllegalArgumentException(
                    "function " + function + ": '" + name + "' already exists; use another name");
        }
        return argument;
    }

    /** Declares a value as a result of the function under construction. */
    public void result(String name, Value value) {
        results.put(name, value);
    }

    /** Starts a node; it exists once {@link NodeBuilder#gives} or {@link NodeBuilder#ends} is called. */
    public NodeBuilder node(String name, String op) {
        return new NodeBuilder(this, name, op);
    }

    /** A {@code Placeholder}. */
    public Value placeholder(String name, TensorType type) {
        return node(name, "Placeholder")
                .with("dtype", type.type())
                .with("shape", Attributes.of(type.dims()))
                .gives(type);
    }

    /** A variable: {@code name = VarHandleOp}, {@code name.read = ReadVariableOp}. Returns the value that is read. */
    public Value variable(String name, TensorType type) {
        Value handle = node(name, "VarHandleOp")
                .with("container", "")
                .with("shared_name", name)
                .with("dtype", type.type())
                .with("shape", Attributes.of(type.dims()))
                .gives(TensorType.of(DataType.DT_RESOURCE));
        return node(name + ".read", "ReadVariableOp")
                .in(handle)
                .with("dtype", type.type())
                .gives(type);
    }

    /** Adds a finished function to the library of this graph. */
    public Function define(GraphBuilder body) {
        Function defined = body.toFunction();
        define(defined.definition());
        return defined;
    }

    /** Adds a function to the library of this graph. */
    public void define(FunctionDef definition) {
        String name = definition.getSignature().getName();
        FunctionDef before = library.putIfAbsent(name, definition);
        if (before != null && !before.equals(definition)) {
            throw new IllegalArgumentException(
                    "function '" + name + "' already exists with another definition; use another name");
        }
    }

    /** A {@code PartitionedCall} of a function; one value for each of its results. */
    public List<Value> call(String name, Function called, List<Value> inputs) {
        int wanted = called.definition().getSignature().getInputArgCount();
        if (inputs.size() != wanted) {
            throw new IllegalArgumentException(
                    name + ": " + called.name() + " takes " + wanted + " arguments, not " + inputs.size());
        }
        return node(name, "PartitionedCall")
                .in(inputs)
                .with("f", Attributes.function(called.name()))
                .with("Tin", Attributes.types(inputs.stream().map(Value::type).toList()))
                .with(
                        "Tout",
                        Attributes.types(
                                called.results().stream().map(TensorType::type).toList()))
                .with("config", "")
                .with("config_proto", "")
                .with("executor_type", "")
                .gives(called.results());
    }

    /** The graph built so far. */
    public GraphDef toGraph() {
        GraphDef.Builder graph = GraphDef.newBuilder().addAllNode(nodes.values());
        graph.getVersionsBuilder().setProducer(PRODUCER);
        if (!library.isEmpty()) {
            graph.getLibraryBuilder().addAllFunction(library.values());
        }
        return graph.build();
    }

    /** The function built so far. */
    public Function toFunction() {
        FunctionDef.Builder definition = FunctionDef.newBuilder();
        OpDef.Builder signature = definition.getSignatureBuilder().setName(function);
        int position = 0;
        for (Value argument : arguments.values()) {
            signature.addInputArgBuilder().setName(argument.node()).setType(argument.type());
            definition.putArgAttr(
                    position++,
                    FunctionDef.ArgAttrs.newBuilder()
                            .putAttr(Attributes.SHAPES, Attributes.shapes(List.of(argument.dims())))
                            .build());
        }
        results.forEach((name, value) -> {
            signature.addOutputArgBuilder().setName(name).setType(value.type());
            definition.putRet(name, reference(value));
        });
        definition.addAllNodeDef(nodes.values());
        return new Function(
                definition.build(), results.values().stream().map(Value::form).toList());
    }

    /**
     * The reference of a node built here to a value. In a function body an argument is {@code x} and an output is {@code
     * x:product:0}; in a graph outputs have numbers: {@code x}, {@code x:1}.
     */
    String reference(Value value) {
        if (function.isEmpty()) {
            return value.inGraph();
        }
        if (arguments.containsKey(value.node())) {
            return value.node();
        }
        NodeDef node = nodes.get(value.node());
        if (node == null) {
            throw new IllegalArgumentException(
                    "function " + function + ": '" + value.node() + "' does not exist in it; build it first");
        }
        return value.node() + ":" + OutputNames.of(node, value.output());
    }

    void draw(NodeDef node) {
        if (arguments.containsKey(node.getName()) || nodes.putIfAbsent(node.getName(), node) != null) {
            throw new IllegalArgumentException("node '" + node.getName() + "' already exists; use another name");
        }
    }
}
