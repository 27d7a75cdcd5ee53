package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/** The numbers by which variables move: the fed rate and its multiples, each a node once, named by its number, and memories. */
final class OptimizerScalars {

    private final GradientNodeBuilder builder;
    private final Optional<Value> sound;
    private final Value rate;
    private final Map<Double, Value> multiples = new HashMap<>();
    private final Map<Double, Value> decays = new HashMap<>();

    /** Where a step may be unsound, by this flag, its rate is then 0 and it forgets nothing. */
    OptimizerScalars(GradientNodeBuilder builder, Optional<Value> sound) {
        this.builder = builder;
        this.sound = sound;
        Value fed = builder.placeholder("rate");
        rate = sound.map(flag -> LossScale.either(builder, "rate.finite", flag, fed, 0))
                .orElse(fed);
    }

    /** So many times the rate. */
    Value times(double times) {
        return times == 1
                ? rate
                : multiples.computeIfAbsent(times, number -> builder.times("rate.times." + number, rate, number));
    }

    /** The share of a variable that a decay takes off at so many times the rate. */
    Value decay(double decay, double times) {
        return decays.computeIfAbsent(decay * times, number -> builder.times("decay." + number, rate, number));
    }

    /** The share of a moment that a step keeps: all of it if the step is unsound. */
    Value memory(String word, double share) {
        Value usual = builder.number(word, DataType.DT_FLOAT, share);
        return sound.map(flag -> LossScale.either(builder, word + ".finite", flag, usual, 1))
                .orElse(usual);
    }
}
