package dev.lancet.runtime.train;

import dev.lancet.runtime.device.CardWatch;
import dev.lancet.runtime.device.Place;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What is measured beside a training.
 *
 * @param traced the step whose memory is traced, counted from 0; if it is not said, the third of a training that keeps metrics
 * @param cards makes what watches the card while the training lasts
 */
record Instruments(OptionalInt traced, Supplier<CardWatch> cards) {

    /** In a training's first two steps TensorFlow still makes what it makes once. */
    private static final int THIRD = 2;

    static Instruments on(Place place) {
        return new Instruments(OptionalInt.empty(), () -> CardWatch.over(place));
    }

    Instruments tracing(int step) {
        return new Instruments(OptionalInt.of(step), cards);
    }

    CardWatch card() {
        return cards.get();
    }

    /** Whether to trace a step; tracing costs time, so it is one in a training. */
    boolean traces(int step, Span span, boolean kept) {
        return traced.isPresent() ? traced.getAsInt() == step : kept && step == span.from() + THIRD;
    }
}
