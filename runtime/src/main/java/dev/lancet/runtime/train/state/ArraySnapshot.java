package dev.lancet.runtime.train.state;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.runtime.engine.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A copy of a session's arrays in memory, for a training without a folder. */
public final class ArraySnapshot {

    private final Map<String, HostTensor> arrays = new LinkedHashMap<>();

    public void take(Engine engine, List<ArraySpec> wanted) {
        arrays.clear();
        engine.arrays(wanted, array -> arrays.put(array.name(), array));
    }

    public void restore(Engine engine) {
        engine.assign(arrays.keySet(), name -> Objects.requireNonNull(arrays.get(name))
                .bytes());
    }
}
