package dev.lancet.assertj;

import dev.lancet.surgery.golden.GraphFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Assertions on a model on disk: a SavedModel folder, a graph ({@code .pb}), a Lancet model folder. */
public class GraphFileAssert extends AbstractGraphAssert<GraphFileAssert, Path> {

    private @Nullable GraphFile read;

    /** Assertions on the graph at this path. */
    public GraphFileAssert(Path actual) {
        super(actual, GraphFileAssert.class);
    }

    @Override
    GraphFile file() {
        if (read == null) {
            read = GraphFile.read(actual);
        }
        return read;
    }
}
