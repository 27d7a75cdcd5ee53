package dev.lancet.surgery.serving;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * A loop that generates texts, with the keys and values of what was read in the state of the loop:
 *
 * <pre>
 * while count < most and not all ended:              generation_goes_on
 *     logits, caches = decode(input, past, caches)   generation_step
 *     next  = ArgMax(logits)
 *     texts = texts + next, input = next, past = past + length of input, count = count + 1
 * </pre>
 *
 * The first turn reads the prompt, each later one a token. {@code decode} is the decoding graph of {@link Blueprint}; the
 * handles of its variables go through the loop unchanged, so that a step dequantizes one layer after the other.
 */
final class GenerationLoop {

    private static final TensorType SCALAR = TensorType.of(DataType.DT_INT32);

    private final GraphBuilder builder;
    private final Transformer model;
    private final GenerationStep step;
    private final Map<String, TensorType> state;

    GenerationLoop(GraphBuilder builder, Transformer model, Plan plan, OptionalInt end) {
        this.builder = builder;
        this.model = model;
        GraphDef graph = Surgeon.operate(Blueprint.decoding(model), plan).graph();
        graph.getLibrary().getFunctionList().forEach(builder::define);
        step = GenerationStep.of(GraphView.of(graph), model, end);
        state = step.state();
    }

    /**
     * Adds the loop.
     *
     * @param prompts int32 {@code [batch, prompt]}
     * @param most the most tokens to add, an int32 scalar
     * @return int32 {@code [batch, prompt + new]}
     */
    Value texts(Value prompts, Value most) {
        Ops ops = new Ops(builder);
        Value shape = builder.node("generate.shape", "Shape")
                .in(prompts)
                .with("T", prompts.type())
                .with("out_type", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, 2));
        List<Value> sizes = builder.node("generate.sizes", "Unpack")
                .in(shape)
                .with("num", 2)
                .with("T", DataType.DT_INT32)
                .with("axis", 0)
                .gives(List.of(SCALAR, SCALAR));
        Value checked = builder.node("generate.checked", "Identity")
                .in(prompts)
                .with("T", prompts.type())
                .after(new SequenceLengthCheck(builder, model).of("generate", sizes.get(1)))
                .gives(GenerationStep.TEXTS);
        Value zero = ops.constant("generate.zero", 0);
        // The last token needs no place in the context, because nothing reads it.
        Value room = ops.sub("generate.room", ops.constant("generate.context", model.context() + 1), sizes.get(1));
        Map<String, Value> begin = new LinkedHashMap<>();
        begin.put(GenerationStep.COUNT, zero);
        begin.put(GenerationStep.MOST, ops.binary("generate.most", "Minimum", most, room));
        begin.put(GenerationStep.WRITTEN, checked);
        begin.put(
                GenerationStep.DONE, ops.compare("generate.ended", "Less", filled("batch", zero, sizes.get(0)), zero));
        begin.put(GenerationStep.INPUT, checked);
        begin.put(GenerationStep.PAST, zero);
        Value empty = empty(ops, sizes.get(0), zero);
        step.caches().forEach(cache -> begin.put(cache, empty));
        List<Value> values = new ArrayList<>();
        state.forEach((name, type) -> values.add(begin.getOrDefault(name, new Value(name, 0, type))));
        return ops.unary("generate.texts", "Identity", loop(values).get(index(GenerationStep.WRITTEN)));
    }

    /** A vector with one zero for each text. */
    private Value filled(String name, Value zero, Value batch) {
        Value length = pack("generate." + name + ".shape", List.of(batch));
        return fill("generate." + name, length, zero, TensorType.of(DataType.DT_INT32, -1));
    }

    private Value empty(Ops ops, Value batch, Value zero) {
        Value shape = pack(
                "generate.cache.shape",
                List.of(
                        batch,
                        ops.constant("generate.heads", model.attention().kvHeads()),
                        zero,
                        ops.constant("generate.width", model.attention().headWidth())));
        return fill("generate.cache", shape, ops.constant("generate.nothing", 0f), GenerationStep.cache(model));
    }

    private Value pack(String name, List<Value> scalars) {
        return builder.node(name, "Pack")
                .in(scalars)
                .with("N", scalars.size())
                .with("T", DataType.DT_INT32)
                .with("axis", 0)
                .gives(TensorType.of(DataType.DT_INT32, scalars.size()));
    }

    private Value fill(String name, Value shape, Value with, TensorType type) {
        return builder.node(name, "Fill")
                .in(shape, with)
                .with("T", type.type())
                .with("index_type", DataType.DT_INT32)
                .gives(type);
    }

    private List<Value> loop(List<Value> values) {
        builder.define(step.decode());
        List<TensorType> types = List.copyOf(state.values());
        AttrValue.ListValue.Builder shapes = AttrValue.ListValue.newBuilder();
        types.forEach(type -> shapes.addShape(Attributes.shape(type.dims())));
        return builder.node("generate.loop", "While")
                .in(values)
                .with("T", Attributes.types(types.stream().map(TensorType::type).toList()))
                .with(
                        "cond",
                        Attributes.function(builder.define(step.condition()).name()))
                .with("body", Attributes.function(builder.define(step.body()).name()))
                .with("output_shapes", AttrValue.newBuilder().setList(shapes).build())
                .with("parallel_iterations", 1)
                .gives(types);
    }

    private int index(String name) {
        return List.copyOf(state.keySet()).indexOf(name);
    }
}
