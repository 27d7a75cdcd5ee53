package dev.lancet.surgery.imported.discovery;

/**
 * A tensor of a checkpoint that no signature uses.
 *
 * @param key its key
 * @param name the author's name
 * @param bytes its size
 * @param copy whether a used variable has the same name: Keras stores every weight twice
 */
public record UnusedTensor(String key, String name, long bytes, boolean copy) {

    @Override
    public String toString() {
        return name + " (" + key + (copy ? ", a copy of a used variable)" : ")");
    }
}
