package dev.lancet.runtime.graphrunner;

import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.GraphFileReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Reads models from Lancet and Hugging Face folders and llama2.c files, as scoring graphs under their plan. */
public final class DeclaredModels implements GraphFileReader {

    /** For {@link java.util.ServiceLoader}. */
    public DeclaredModels() {}

    @Override
    public Optional<GraphFile> read(Path path) {
        return switch (Format.of(path)) {
            case LANCET, HUGGING_FACE, LLAMA2C -> Optional.of(drawn(path));
            case SAVED_MODEL, FROZEN_GRAPH -> Optional.empty();
        };
    }

    private static GraphFile drawn(Path path) {
        Checkpoint model = Checkpoint.open(path);
        return new GraphFile(
                Surgeon.operate(Blueprint.scoring(model.transformer()), model.plan())
                        .graph(),
                Map.of(),
                Optional.of(path));
    }
}
