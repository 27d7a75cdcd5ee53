package dev.lancet.runtime.translation.operator;

/** How nodes of one TensorFlow operator become nodes of ONNX. */
@FunctionalInterface
public interface OperatorTranslation {

    /**
     * Adds the nodes, and gives a value for each output that is used.
     *
     * @throws dev.lancet.dsl.LancetException if this node has a form that has no translation
     */
    void translate(OperatorSite site);
}
