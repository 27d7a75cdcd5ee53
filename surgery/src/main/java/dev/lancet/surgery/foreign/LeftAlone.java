package dev.lancet.surgery.foreign;

/**
 * A product that is no linear layer.
 *
 * @param node its name
 * @param op its operator
 * @param because why it is none
 */
public record LeftAlone(String node, String op, String because) {

    @Override
    public String toString() {
        return node + " (" + op + "): " + because;
    }
}
