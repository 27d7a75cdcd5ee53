package dev.lancet.compression;

/** Takes numbers one after the other. */
@FunctionalInterface
interface FloatSink {

    void accept(float value);
}
