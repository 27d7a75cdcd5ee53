package dev.lancet.surgery.imported.discovery;

/**
 * A tensor of a checkpoint that no signature reaches.
 *
 * @param key its key
 * @param name what the author called it
 * @param bytes its size
 * @param copy whether a variable of that name is alive: Keras stores every weight twice
 */
public record UnusedTensor(String key, String name, long bytes, boolean copy) {

    @Override
    public String toString() {
        return name + " (" + key + (copy ? ", a copy of a live one)" : ")");
    }
}
