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
 */
public record JoinSettings(Duration patience, Duration silence, boolean insecureNetwork) {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration SILENCE = Duration.ofSeconds(20);

    public JoinSettings {
        if (patience.compareTo(Duration.ofSeconds(1)) < 0 || silence.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new LancetException("wait: " + patience.toMillis() / 1e3 + " s for a late worker, "
                    + silence.toMillis() / 1e3 + " s for a silent one; both must be 1 s or more");
        }
    }

    /** 5 minutes for a late worker, 20 seconds for a silent one, private networks only. */
    public static JoinSettings usual() {
        return new JoinSettings(PATIENCE, SILENCE, false);
    }

    /** With another time for late workers. */
    public JoinSettings patience(Duration time) {
        return new JoinSettings(time, silence, insecureNetwork);
    }

    /** With another time for silent workers. */
    public JoinSettings silence(Duration time) {
        return new JoinSettings(patience, time, insecureNetwork);
    }

    /** With public addresses allowed or not. */
    public JoinSettings insecureNetwork(boolean allowed) {
        return new JoinSettings(patience, silence, allowed);
    }
}
