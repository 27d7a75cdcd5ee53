package dev.lancet.surgery.imported.discovery;

/**
 * A product that is not a linear layer.
 *
 * @param node its name
 * @param op its operator
 * @param because the reason
 */
public record SkippedProduct(String node, String op, String because) {

    @Override
    public String toString() {
        return node + " (" + op + "): " + because;
    }
}
