package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.time.Duration;

/**
 * How workers wait for each other.
 *
 * @param patience how long a worker that is not there yet is waited for
 * @param silence how long a worker may say nothing before it counts as frozen
 * @param insecureNetwork whether workers may use public addresses, and systems where TensorFlow's server listens on all
 *     addresses
 * @param bfloat16Gradients whether gradients are sent in bfloat16
 */
public record JoinSettings(Duration patience, Duration silence, boolean insecureNetwork, boolean bfloat16Gradients) {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration SILENCE = Duration.ofSeconds(20);

    public JoinSettings {
        if (patience.compareTo(Duration.ofSeconds(1)) < 0 || silence.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new LancetException("wait: " + patience.toMillis() / 1e3 + " s for a late worker, "
                    + silence.toMillis() / 1e3 + " s for a silent one; both must be 1 s or more");
        }
    }

    /** 5 minutes for a late worker, 20 seconds for a silent one, private networks only, gradients in float32. */
    public static JoinSettings usual() {
        return new JoinSettings(PATIENCE, SILENCE, false, false);
    }

    /** With another time for late workers. */
    public JoinSettings patience(Duration time) {
        return new JoinSettings(time, silence, insecureNetwork, bfloat16Gradients);
    }

    /** With another time for silent workers. */
    public JoinSettings silence(Duration time) {
        return new JoinSettings(patience, time, insecureNetwork, bfloat16Gradients);
    }

    /** With public addresses allowed or not. */
    public JoinSettings insecureNetwork(boolean allowed) {
        return new JoinSettings(patience, silence, allowed, bfloat16Gradients);
    }

    /** With gradients in bfloat16 or float32 on the network. */
    public JoinSettings bfloat16Gradients(boolean half) {
        return new JoinSettings(patience, silence, insecureNetwork, half);
    }
}
