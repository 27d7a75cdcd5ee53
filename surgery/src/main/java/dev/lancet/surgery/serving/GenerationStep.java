package dev.lancet.surgery.serving;

import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphFunction;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;

/**
 * The functions of a {@link GenerationLoop}. Their arguments, and the results of a turn, are the state of the loop.
 *
 * @param model the model
 * @param end the token that ends a text, or empty
 * @param decoding the decoding graph as a function
 * @param caches the names of keys and values, in order
 * @param state what goes from turn to turn, in order; names are those of the decoding graph if it takes the value
 */
record GenerationStep(
        Transformer model,
        OptionalInt end,
        GraphFunction decoding,
        List<String> caches,
        Map<String, TensorType> state) {

    static final TensorType TEXTS = TensorType.of(DataType.DT_INT32, -1, -1);

    /** How many tokens were added, and how many may be. */
    static final String COUNT = "count";

    static final String MOST = "most";

    /** The texts so far, and whether each has ended. */
    static final String WRITTEN = "texts";

    static final String DONE = "ended";

    /** What the next turn reads, and how many tokens were read before. */
    static final String INPUT = "ids";

    static final String PAST = "past";

    private static final String DECODE = "generation_decode";

    static GenerationStep of(GraphView graph, Transformer model, OptionalInt end) {
        List<String> caches = new ArrayList<>();
        for (int block = 0; block < model.layers(); block++) {
            caches.add("cache." + block + ".k");
            caches.add("cache." + block + ".v");
        }
        List<String> results = new ArrayList<>(List.of("logits"));
        caches.forEach(cache -> results.add(cache + ".next"));
        GraphFunction decoding =
                GraphFunction.of(graph, results, node -> node.is("Placeholder") || node.is("VarHandleOp"));
        TensorType scalar = TensorType.of(DataType.DT_INT32);
        Map<String, TensorType> state = new LinkedHashMap<>();
        state.put(COUNT, scalar);
        state.put(MOST, scalar);
        state.put(WRITTEN, TEXTS);
        state.put(DONE, TensorType.of(DataType.DT_BOOL, -1));
        state.put(INPUT, TEXTS);
        state.put(PAST, scalar);
        caches.forEach(cache -> state.put(cache, cache(model)));
        decoding.arguments().forEach(state::putIfAbsent);
        return new GenerationStep(model, end, decoding, caches, state);
    }

    /** Keys or values of one block: {@code [batch, kv, past, headWidth]}. */
    static TensorType cache(Transformer model) {
        return TensorType.of(
                DataType.DT_FLOAT,
                -1,
                model.attention().kvHeads(),
                -1,
                model.attention().headWidth());
    }

    /** The decoding graph. */
    FunctionDef decode() {
        return decoding.named(DECODE);
    }

    /** Whether another turn follows. */
    GraphBuilder condition() {
        GraphBuilder body = GraphBuilder.function("generation_goes_on");
        Ops ops = new Ops(body);
        Map<String, Value> now = arguments(body);
        Value room = ops.compare("room", "Less", value(now, COUNT), value(now, MOST));
        Value all = body.node("all", "All")
                .in(value(now, DONE), ops.ints("axes", 0))
                .with("keep_dims", false)
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_BOOL));
        Value open = body.node("open", "LogicalNot").in(all).gives(TensorType.of(DataType.DT_BOOL));
        body.result("go", ops.and("both", room, open));
        return body;
    }

    /** One turn. */
    GraphBuilder body() {
        GraphBuilder body = GraphBuilder.function("generation_step");
        Ops ops = new Ops(body);
        Map<String, Value> now = arguments(body);
        List<Value> read = decoded(body, now);
        Value likeliest = body.node("likeliest", "ArgMax")
                .in(read.get(0), ops.constant("last_axis", 1))
                .with("T", DataType.DT_FLOAT)
                .with("Tidx", DataType.DT_INT32)
                .with("output_type", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, -1));
        Map<String, Value> next = new LinkedHashMap<>(now);
        Value token = likeliest;
        if (end.isPresent()) {
            Value stop = ops.constant("stop", end.getAsInt());
            token = ops.select("token", value(now, DONE), stop, likeliest);
            next.put(DONE, ops.compare("ended_now", "Equal", token, stop));
        }
        Value column = ops.reshape("column", token, ops.ints("column_shape", -1, 1), List.of(-1L, 1L));
        Value axis = ops.constant("tokens_axis", 1);
        next.put(WRITTEN, ops.concat("longer", value(now, WRITTEN), column, axis, 1));
        next.put(INPUT, column);
        next.put(PAST, ops.add("past_now", value(now, PAST), length(body, value(now, INPUT))));
        next.put(COUNT, ops.add("count_now", value(now, COUNT), ops.constant("one", 1)));
        for (int i = 0; i < caches.size(); i++) {
            next.put(caches.get(i), read.get(i + 1));
        }
        int index = 0;
        for (String name : state.keySet()) {
            body.result("s" + index++, value(next, name));
        }
        return body;
    }

    /** The logits and the caches after the tokens of this turn. */
    private List<Value> decoded(GraphBuilder body, Map<String, Value> now) {
        List<Value> inputs = decoding.arguments().keySet().stream()
                .map(name -> value(now, name))
                .toList();
        List<TensorType> results = new ArrayList<>(List.of(TensorType.of(DataType.DT_FLOAT, -1, model.vocabulary())));
        caches.forEach(cache -> results.add(cache(model)));
        return body.node("decoded", "StatefulPartitionedCall")
                .in(inputs)
                .with("f", Attributes.function(DECODE))
                .with("Tin", Attributes.types(inputs.stream().map(Value::type).toList()))
                .with(
                        "Tout",
                        Attributes.types(results.stream().map(TensorType::type).toList()))
                .with("config", "")
                .with("config_proto", "")
                .with("executor_type", "")
                .gives(results);
    }

    private static Value length(GraphBuilder body, Value ids) {
        Ops ops = new Ops(body);
        Value shape = body.node("input_shape", "Shape")
                .in(ids)
                .with("T", ids.type())
                .with("out_type", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, 2));
        return ops.gather("input_length", shape, ops.constant("length_index", 1), ops.constant("length_axis", 0), 0);
    }

    private Map<String, Value> arguments(GraphBuilder body) {
        Map<String, Value> arguments = new LinkedHashMap<>();
        state.forEach((name, type) -> arguments.put(name, body.argument("a" + arguments.size(), type)));
        return arguments;
    }

    private static Value value(Map<String, Value> values, String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("generation: the decoding graph takes '" + name + "', which no turn has");
        }
        return value;
    }
}
