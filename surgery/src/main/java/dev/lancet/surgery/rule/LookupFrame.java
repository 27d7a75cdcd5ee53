package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * The reshapes around a lookup: ids of any rank are flattened to a list, so that the looked-up rows are a matrix; at the
 * end the rows get the shape {@code [ids..., width]} again. Ids that are already a list need no reshape.
 */
final class LookupFrame {

    private final Node site;
    private final GraphBuilder builder;
    private final Ops ops;
    private final long width;
    private final Value ids;
    private final boolean listed;

    LookupFrame(Node site, GraphBuilder builder, int width) {
        this.site = site;
        this.builder = builder;
        this.ops = new Ops(builder);
        this.width = width;
        DataType type = site.attribute("Tindices").isPresent() ? site.type("Tindices") : DataType.DT_INT32;
        this.ids = MatrixUses.input(site, 1, TensorType.of(type, -1));
        this.listed = site.producer(1)
                .orElseThrow()
                .shape(ids.output())
                .filter(dims -> dims.size() == 1)
                .isPresent();
    }

    /** The ids as a list. */
    Value list() {
        if (listed) {
            return ids;
        }
        boolean known = ids.dims().stream().noneMatch(size -> size < 0);
        long count = known ? ids.dims().stream().reduce(1L, (a, b) -> a * b) : -1;
        return ops.reshape(site.name() + ".ids", ids, ops.ints(site.name() + ".ids.shape", -1), List.of(count));
    }

    /** The rows of a table for a list of ids. */
    Value gather(String name, Value table, Value list) {
        Value axis = MatrixUses.input(site, 2, TensorType.of(DataType.DT_INT32));
        return ops.gather(name, table, list, axis, 0);
    }

    /** The name of the matrix of rows {@code [ids, width]}; {@link #shaped} restores its shape. */
    String matrix() {
        return listed ? site.name() : site.name() + ".list";
    }

    /** The node that keeps the old name. */
    void shaped(Value matrix) {
        if (listed) {
            return;
        }
        List<Long> dims = new ArrayList<>(ids.dims());
        dims.add(width);
        Value shape = dims.stream().filter(size -> size < 0).count() > 1 || !said()
                ? atRunTime()
                : ops.ints(
                        site.name() + ".shape",
                        dims.stream().mapToInt(Long::intValue).toArray());
        ops.reshape(site.name(), matrix, shape, dims);
    }

    private boolean said() {
        return site.producer(1).orElseThrow().shape(ids.output()).isPresent();
    }

    private Value atRunTime() {
        String name = site.name() + ".shape";
        Value outer = builder.node(name + ".ids", "Shape")
                .in(ids)
                .with("T", ids.type())
                .with("out_type", DataType.DT_INT32)
                .gives(DataType.DT_INT32, List.of((long) ids.rank()));
        Value last = ops.ints(name + ".width", (int) width);
        return ops.concat(name, outer, last, ops.constant(name + ".axis", 0), 0);
    }
}
