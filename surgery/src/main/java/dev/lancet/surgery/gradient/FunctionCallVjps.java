package dev.lancet.surgery.gradient;

import static java.util.Objects.requireNonNull;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ElementTypes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Calls of functions. The gradient of a call is a call of the function's derivative, {@code f.backward}, which is derived
 * from the body of {@code f} by the same registry. The arguments of the derivative are the arguments of {@code f} that it
 * needs and, for each result {@code y}, the gradient {@code d_y}. Its results are {@code d_x} for each wanted argument
 * {@code x}. If only some arguments are wanted, the name of the derivative lists them: {@code f.backward.x}.
 */
final class FunctionCallVjps implements Vjp {

    private final FunctionDefLibrary forward;
    private final Map<String, FunctionDef> functions = new LinkedHashMap<>();
    private final Map<Use, Derivative> derived = new LinkedHashMap<>();
    private final FunctionBodies bodies = new FunctionBodies(functions);

    FunctionCallVjps(FunctionDefLibrary library) {
        this.forward = library;
        library.getFunctionList()
                .forEach(function -> functions.put(function.getSignature().getName(), function));
    }

    /**
     * One use of a derivative: the types and shapes of the arguments, the arguments whose gradients are wanted, and the
     * results that have a gradient.
     */
    private record Use(String function, List<Value> arguments, Set<Integer> wanted, Set<Integer> given) {}

    /**
     * The derivative of a function. The gradient of a wanted argument may equal that of a result, as in a sum; {@code
     * passed} holds these. The other gradients are the results of {@code function}, in order.
     */
    private record Derivative(Map<Integer, String> passed, FunctionDef function) {}

    @Override
    public void back(VjpContext context) {
        FunctionDef function =
                bodies.function(context.node().getAttrOrThrow("f").getFunc().getName());
        List<OpDef.ArgDef> arguments = function.getSignature().getInputArgList();
        Map<String, Value> known = new LinkedHashMap<>();
        Set<Integer> wanted = new TreeSet<>();
        List<Value> likes = new ArrayList<>();
        for (int index = 0; index < arguments.size(); index++) {
            String name = arguments.get(index).getName();
            Value input = context.input(index);
            known.put(name, input);
            likes.add(new Value(name, 0, input.type(), input.dims()));
            if (context.wants(index)) {
                wanted.add(index);
            }
        }
        Set<Integer> given = new TreeSet<>();
        for (int port = 0; port < function.getSignature().getOutputArgCount(); port++) {
            if (context.gradient(port).isPresent()) {
                known.put(seed(function, port), context.gradient(port).orElseThrow());
                given.add(port);
            }
        }
        Derivative derivative = derivative(new Use(function.getSignature().getName(), likes, wanted, given));
        derivative.passed().forEach((index, seed) -> context.give(index, requireNonNull(known.get(seed))));
        List<Integer> computed = wanted.stream()
                .filter(index -> !derivative.passed().containsKey(index))
                .toList();
        if (!computed.isEmpty()) {
            call(context, derivative.function(), known, computed);
        }
    }

    private static void call(
            VjpContext context, FunctionDef backward, Map<String, Value> known, List<Integer> computed) {
        List<Value> inputs = backward.getSignature().getInputArgList().stream()
                .map(argument -> requireNonNull(known.get(argument.getName())))
                .toList();
        List<Value> results = computed.stream().map(context::input).toList();
        Value call = new GradientNodeBuilder(context.graph(), context.node().getName())
                .put(".back", context.node().getOp(), inputs, attributes(context.node(), backward, inputs, results));
        int port = 0;
        for (int index : computed) {
            context.give(index, context.graph().value(call.node(), port++));
        }
    }

    /** The library with the derivatives built so far. */
    FunctionDefLibrary library() {
        FunctionDefLibrary.Builder library = forward.toBuilder();
        derived.values().stream()
                .map(Derivative::function)
                .filter(function -> function.getSignature().getOutputArgCount() > 0)
                .forEach(library::addFunction);
        return library.build();
    }

    private Derivative derivative(Use use) {
        Derivative known = derived.get(use);
        if (known == null) {
            known = derive(use);
            derived.put(use, known);
            functions.put(known.function().getSignature().getName(), known.function());
        }
        return known;
    }

    private Derivative derive(Use use) {
        FunctionDef function = bodies.function(use.function());
        MutableGraph graph = bodies.region(function, use.arguments());
        List<Value> outputs = bodies.results(function, graph);
        Map<Value, Value> seeds = new LinkedHashMap<>();
        for (int port : use.given()) {
            // Two results may be the same tensor, which then has two gradients to add.
            Value seed = bodies.argument(graph, seed(function, port), outputs.get(port));
            seeds.merge(outputs.get(port), seed, (a, b) -> new GradientNodeBuilder(graph, b.node())
                    .op(".sum", "AddV2", a, b));
        }
        List<Value> wanted = use.wanted().stream().map(use.arguments()::get).toList();
        Map<Value, Value> gradients = ReversePass.of(graph, VjpRegistry.with(this), seeds, wanted);
        Set<Value> passing = Set.copyOf(seeds.values());
        Map<Integer, String> passed = new LinkedHashMap<>();
        Map<String, Value> results = new LinkedHashMap<>();
        for (int index : use.wanted()) {
            Value argument = use.arguments().get(index);
            Value gradient = gradients.get(argument);
            String name = "d_" + argument.node();
            if (gradient != null && passing.contains(gradient) && FunctionBodies.isArgument(graph, gradient)) {
                passed.put(index, gradient.node());
            } else {
                results.put(
                        name, gradient == null ? new GradientNodeBuilder(graph, name).zeros("", argument) : gradient);
            }
        }
        return new Derivative(passed, bodies.function(name(use), graph, results));
    }

    private String name(Use use) {
        List<Integer> all = IntStream.range(0, use.arguments().size())
                .filter(index ->
                        ElementTypes.isFloating(use.arguments().get(index).type()))
                .boxed()
                .toList();
        String name = use.function() + ".backward";
        if (!use.wanted().containsAll(all)) {
            name += "."
                    + use.wanted().stream()
                            .map(index -> use.arguments().get(index).node())
                            .collect(Collectors.joining("_"));
        }
        if (functions.containsKey(name)) {
            name += "." + use.arguments().stream().map(FunctionCallVjps::size).collect(Collectors.joining("_"));
        }
        return name;
    }

    private static String size(Value tensor) {
        return tensor.dims().stream().map(String::valueOf).collect(Collectors.joining("x"));
    }

    private static String seed(FunctionDef function, int port) {
        return "d_" + function.getSignature().getOutputArg(port).getName();
    }

    private static Map<String, AttrValue> attributes(
            NodeDef call, FunctionDef backward, List<Value> inputs, List<Value> results) {
        Map<String, AttrValue> attributes = new LinkedHashMap<>();
        call.getAttrMap().forEach((name, value) -> {
            // The attributes that control how a call is compiled or placed also apply to its derivative.
            if (name.startsWith("_") && !name.equals(Attributes.SHAPES)) {
                attributes.put(name, value);
            }
        });
        attributes.put("f", Attributes.function(backward.getSignature().getName()));
        attributes.put("Tin", Attributes.types(types(inputs)));
        attributes.put("Tout", Attributes.types(types(results)));
        attributes.put(
                Attributes.SHAPES,
                Attributes.shapes(results.stream().map(Value::dims).toList()));
        return attributes;
    }

    private static List<DataType> types(List<Value> tensors) {
        return tensors.stream().map(Value::type).toList();
    }
}
