package dev.lancet.runtime.train;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.runtime.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/** The arrays of a session at one moment, in memory: for a training that has no folder to keep them in. */
final class Snapshot {

    private final List<HostTensor> arrays = new ArrayList<>();

    void take(Engine engine, List<Stored> wanted) {
        arrays.clear();
        wanted.forEach(stored -> arrays.add(engine.array(stored)));
    }

    void restore(Engine engine) {
        arrays.forEach(array -> engine.assign(array.name(), array.bytes()));
    }
}
