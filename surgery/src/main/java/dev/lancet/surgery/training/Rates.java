package dev.lancet.surgery.training;

import java.util.HashMap;
import java.util.Map;

/** The fed rate and its multiples, each a node once, named by its number. */
final class Rates {

    private final Pen pen;
    private final Tensor rate;
    private final Map<Double, Tensor> multiples = new HashMap<>();
    private final Map<Double, Tensor> decays = new HashMap<>();

    Rates(Pen pen) {
        this.pen = pen;
        rate = pen.placeholder("rate");
    }

    /** So many times the rate. */
    Tensor times(double times) {
        return times == 1
                ? rate
                : multiples.computeIfAbsent(times, number -> pen.times("rate.times." + number, rate, number));
    }

    /** The share of a variable that a decay takes off at so many times the rate. */
    Tensor decay(double decay, double times) {
        return decays.computeIfAbsent(decay * times, number -> pen.times("decay." + number, rate, number));
    }
}
