package dev.lancet.runtime.device;

import java.util.Optional;

/**
 * TF32 products: float32 with 11 bits of each number, on NVIDIA GPUs since Ampere. An environment variable switches them
 * off.
 */
final class Tf32 {

    /** CUDA's libraries read this when they are opened: 0 forbids TF32, whatever a program asks for. */
    static final String SWITCH = "NVIDIA_TF32_OVERRIDE";

    private Tf32() {}

    /** The conflict between the wanted setting and that of the process, with the way out; empty if there is none. */
    static Optional<String> trouble(Optional<Boolean> wanted, Optional<String> environment) {
        boolean forbidden = environment.filter("0"::equals).isPresent();
        if (wanted.isEmpty() || wanted.get() != forbidden) {
            return Optional.empty();
        }
        return Optional.of("tf32: " + text(wanted.get()) + ", but the process was started "
                + (forbidden ? "with " : "without ") + SWITCH + "=0; "
                + (forbidden ? "start it without" : "start it with it, as ./lancet --tf32 off does"));
    }

    static String text(boolean allowed) {
        return allowed ? "on" : "off";
    }
}
