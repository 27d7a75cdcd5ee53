package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.DataType;

/**
 * Casts 16-bit gradients to float32 before they are added, not after. A sum in bfloat16 loses the smaller of two numbers
 * that differ by more than a factor of 256; in float16 the factor is 2048.
 *
 * <pre>
 * s = AddN(a, b)       16 bits         y = &#64;sum.of.2.MxN(a, b)      float32
 * y = Cast(s)          float32    -&gt;
 * </pre>
 */
final class WideSums implements Rule {

    private static final DataType WIDE = DataType.DT_FLOAT;

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of(
                "Cast of a sum from 16 bits to float32",
                node -> node.is("Cast")
                        && node.type("DstT") == WIDE
                        && HalfTypes.is(node.type("SrcT"))
                        && NodeQueries.from(node, 0, "AddN").isPresent());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        Node sum = NodeQueries.from(site, 0, "AddN").orElseThrow();
        if (sum.uses().size() > 1) {
            return new Refusal(site.name() + ": " + sum.name() + " is also used in 16 bits");
        }
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < sum.dataInputs().size(); i++) {
            parts.add(NodeQueries.taken(sum, i, site.type("SrcT")));
        }
        GraphBuilder builder = GraphBuilder.graph();
        block(parts.size(), Attributes.dims(sum.definition(), 0)).call(builder, site.name(), parts, WIDE);
        return Incision.of(site, builder);
    }

    private static Float32Function block(int parts, List<Long> dims) {
        String shape = dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
        List<String> names =
                IntStream.range(0, parts).mapToObj(i -> "part_" + i).toList();
        return new Float32Function("sum.of." + parts + "." + shape, names, WideSums::sum);
    }

    private static Value sum(Ops ops, List<Value> parts) {
        Value sum = parts.get(0);
        for (int i = 1; i < parts.size(); i++) {
            sum = ops.add("sum_" + i, sum, parts.get(i));
        }
        return sum;
    }

    @Override
    public String toString() {
        return "wide sums";
    }
}
