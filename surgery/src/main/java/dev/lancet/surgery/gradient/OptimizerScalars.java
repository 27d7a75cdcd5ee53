package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * The scalars of an update: multiples of the fed learning rate, each one node named by its factor, and the moment decays.
 */
final class OptimizerScalars {

    private final GradientNodeBuilder builder;
    private final Optional<Value> sound;
    private final Value rate;
    private final Map<Double, Value> multiples = new HashMap<>();
    private final Map<Double, Value> decays = new HashMap<>();

    /** If the step is not sound, this flag sets the rate to 0 and keeps the moments unchanged. */
    OptimizerScalars(GradientNodeBuilder builder, Optional<Value> sound) {
        this.builder = builder;
        this.sound = sound;
        Value fed = builder.placeholder("rate");
        rate = sound.map(flag -> LossScale.either(builder, "rate.finite", flag, fed, 0))
                .orElse(fed);
    }

    /** A multiple of the learning rate. */
    Value times(double times) {
        return times == 1
                ? rate
                : multiples.computeIfAbsent(times, number -> builder.times("rate.times." + number, rate, number));
    }

    /** The fraction that weight decay subtracts from a variable: decay times its multiple of the rate. */
    Value decay(double decay, double times) {
        return decays.computeIfAbsent(decay * times, number -> builder.times("decay." + number, rate, number));
    }

    /** The fraction of a moment that a step keeps: all of it if the step is not sound. */
    Value memory(String word, double share) {
        Value usual = builder.number(word, DataType.DT_FLOAT, share);
        return sound.map(flag -> LossScale.either(builder, word + ".finite", flag, usual, 1))
                .orElse(usual);
    }
}
