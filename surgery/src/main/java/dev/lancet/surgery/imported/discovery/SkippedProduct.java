package dev.lancet.surgery.imported.discovery;

/**
 * A product that is no linear layer.
 *
 * @param node its name
 * @param op its operator
 * @param because why it is none
 */
public record SkippedProduct(String node, String op, String because) {

    @Override
    public String toString() {
        return node + " (" + op + "): " + because;
    }
}
