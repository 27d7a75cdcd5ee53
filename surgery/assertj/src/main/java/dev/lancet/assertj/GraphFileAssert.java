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

    /**
     * Starts a demand on a compressed graph: over the rows, every output of both models has at least this mean cosine.
     *
     * <pre>{@code
     * assertThat(Path.of("small")).keepsCosine(0.99).against(Path.of("original")).on(Path.of("rows.npz"));
     * }</pre>
     */
    public QualityAssert<GraphFileAssert> keepsCosine(double least) {
        isNotNull();
        return new QualityAssert<>(myself, QualityDemands.cosine(actual, least), this::complain);
    }

    /**
     * Starts a demand on a compressed language model: its perplexity is larger by at most this share.
     *
     * <pre>{@code
     * assertThat(Path.of("small")).losesPerplexityAtMost(0.02).against(Path.of("original")).on(Path.of("held-out.txt"));
     * }</pre>
     */
    public QualityAssert<GraphFileAssert> losesPerplexityAtMost(double most) {
        isNotNull();
        return new QualityAssert<>(myself, QualityDemands.perplexity(actual, most), this::complain);
    }

    /**
     * Starts a demand on a model that a budget made: no uniform setting of the original, one precision for all layers, takes
     * no more bytes and is nearer to the original. A part of the data calibrates the uniform settings, as {@code lancet
     * compress --calibrate} does; all are measured on the other rows.
     *
     * <pre>{@code
     * assertThat(Path.of("small")).isNoWorseThanUniform().against(Path.of("original")).on(Path.of("rows.npz"));
     * }</pre>
     */
    public QualityAssert<GraphFileAssert> isNoWorseThanUniform() {
        isNotNull();
        return new QualityAssert<>(myself, QualityDemands.uniform(actual), this::complain);
    }
}
