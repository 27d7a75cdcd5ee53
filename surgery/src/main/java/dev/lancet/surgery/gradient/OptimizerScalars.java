package dev.lancet.surgery.gradient;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/** The numbers by which variables move: the fed rate and its multiples, each a node once, named by its number, and memories. */
final class OptimizerScalars {

    private final GradientNodeBuilder builder;
    private final Optional<Tensor> sound;
    private final Tensor rate;
    private final Map<Double, Tensor> multiples = new HashMap<>();
    private final Map<Double, Tensor> decays = new HashMap<>();

    /** Where a step may be unsound, by this flag, its rate is then 0 and it forgets nothing. */
    OptimizerScalars(GradientNodeBuilder builder, Optional<Tensor> sound) {
        this.builder = builder;
        this.sound = sound;
        Tensor fed = builder.placeholder("rate");
        rate = sound.map(flag -> LossScale.either(builder, "rate.sound", flag, fed, 0))
                .orElse(fed);
    }

    /** So many times the rate. */
    Tensor times(double times) {
        return times == 1
                ? rate
                : multiples.computeIfAbsent(times, number -> builder.times("rate.times." + number, rate, number));
    }

    /** The share of a variable that a decay takes off at so many times the rate. */
    Tensor decay(double decay, double times) {
        return decays.computeIfAbsent(decay * times, number -> builder.times("decay." + number, rate, number));
    }

    /** The share of a moment that a step keeps: all of it if the step is unsound. */
    Tensor memory(String word, double share) {
        Tensor usual = builder.number(word, DataType.DT_FLOAT, share);
        return sound.map(flag -> LossScale.either(builder, word + ".sound", flag, usual, 1))
                .orElse(usual);
    }
}
