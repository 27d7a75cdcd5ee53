package dev.lancet.runtime.classify;

/** What the training of a classifier changes. */
public enum TrainedClassifierPart {
    /** The layer that scores the classes. */
    HEAD,
    /** That layer, and an adapter beside other layers, which is merged afterwards. */
    ADAPTERS,
    /** All weights that are stored in float32. */
    ALL
}
