package dev.lancet.surgery.training;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/** The numbers by which variables move: the fed rate and its multiples, each a node once, named by its number, and memories. */
final class Rates {

    private final Pen pen;
    private final Optional<Tensor> sound;
    private final Tensor rate;
    private final Map<Double, Tensor> multiples = new HashMap<>();
    private final Map<Double, Tensor> decays = new HashMap<>();

    /** Where a step may be unsound, by this flag, its rate is then 0 and it forgets nothing. */
    Rates(Pen pen, Optional<Tensor> sound) {
        this.pen = pen;
        this.sound = sound;
        Tensor fed = pen.placeholder("rate");
        rate = sound.map(flag -> LossScale.either(pen, "rate.sound", flag, fed, 0))
                .orElse(fed);
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

    /** The share of a moment that a step keeps: all of it if the step is unsound. */
    Tensor memory(String word, double share) {
        Tensor usual = pen.number(word, DataType.DT_FLOAT, share);
        return sound.map(flag -> LossScale.either(pen, word + ".sound", flag, usual, 1))
                .orElse(usual);
    }
}
