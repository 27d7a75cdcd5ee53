package dev.lancet.compression;

/** Receives numbers one after the other. */
@FunctionalInterface
interface FloatSink {

    void accept(float value);
}
