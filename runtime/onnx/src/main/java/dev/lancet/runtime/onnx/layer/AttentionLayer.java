package dev.lancet.runtime.onnx.layer;

/** Attention over projected queries, keys and values. */
interface AttentionLayer {

    /**
     * Attends, and names the grown cache of the layer as outputs.
     *
     * @param layer the number of the block
     * @param name the prefix of the nodes
     * @param query {@code [batch, seq, heads · headWidth]}
     * @param key {@code [batch, seq, kvHeads · headWidth]}
     * @param value like the key
     * @return {@code [batch, seq, heads · headWidth]}
     */
    String attend(int layer, String name, String query, String key, String value);
}
