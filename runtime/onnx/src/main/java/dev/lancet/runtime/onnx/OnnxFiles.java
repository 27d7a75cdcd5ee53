package dev.lancet.runtime.onnx;

/** The names in an exported folder. */
final class OnnxFiles {

    static final String GRAPH = "model.onnx";
    static final String WEIGHTS = "model.onnx.data";

    /** What the graph says of itself, as metadata. */
    static final String NAME = "lancet.name";

    static final String CONTEXT = "lancet.context";
    static final String CACHE = "lancet.cache";
    static final String IN_PLACE = "in place";
    static final String GROWING = "growing";

    private OnnxFiles() {}
}
