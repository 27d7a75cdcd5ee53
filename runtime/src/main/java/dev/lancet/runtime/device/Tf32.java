package dev.lancet.runtime.device;

import java.util.Optional;

/** Products of float32 with 11 bits of each number, which NVIDIA's cards have since Ampere; the switch is the environment's. */
final class Tf32 {

    /** What CUDA's libraries read when they are opened: 0 forbids it, whatever a program asks for. */
    static final String SWITCH = "NVIDIA_TF32_OVERRIDE";

    private Tf32() {}

    /** What is wrong, and the way out, where something else is wanted than the process was started with. */
    static Optional<String> trouble(Optional<Boolean> wanted, Optional<String> environment) {
        boolean forbidden = environment.filter("0"::equals).isPresent();
        if (wanted.isEmpty() || wanted.get() != forbidden) {
            return Optional.empty();
        }
        return Optional.of("tf32: " + text(wanted.get()) + ", but the process was started "
                + (forbidden ? "with " : "without ") + SWITCH + "=0; "
                + (forbidden ? "start it without" : "start it with that, as ./lancet --tf32 off does"));
    }

    static String text(boolean allowed) {
        return allowed ? "on" : "off";
    }
}
