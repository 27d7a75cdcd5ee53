package dev.lancet.runtime.natives;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The two logs of TensorFlow's native code. Both write to standard error and know the same four levels.
 *
 * <ul>
 *   <li>TensorFlow's own log takes its level from the environment, at its first line.
 *   <li>Abseil's log takes its level from a variable. TensorFlow 2.18 neither sets it nor exports a function that sets it, so this
 *       class looks the variable up in the symbol table of the library and writes to it.
 * </ul>
 *
 * <p>Both logs write errors and fatal messages directly to standard error; nothing is redirected or held back. If
 * something is not as expected, the log stays as it is. On systems other than Linux this class does nothing.
 */
final class NativeLog {

    /** The libraries that contain Abseil's log, each with its own level. */
    private static final List<String> LIBRARIES = List.of("libtensorflow_cc.so.2", "libtensorflow_framework.so.2");

    /** {@code absl::(anonymous namespace)::min_log_level}, mangled as in TensorFlow 2.18. */
    private static final String LEVEL = "_ZN4absl12lts_2023080212_GLOBAL__N_113min_log_levelE.0";

    private NativeLog() {}

    /** Sets the level of TensorFlow's own log; call it before the library is loaded. */
    static void announce(LogLevel level) {
        if (!linux() || System.getenv(LogLevel.VARIABLE) != null) {
            return;
        }
        try {
            NativeEnvironment.put(LogLevel.VARIABLE, String.valueOf(level.number()));
        } catch (LinkageError | RuntimeException unavailable) {
            // TensorFlow then logs more than wanted, but works.
        }
    }

    /** Sets the level of Abseil's log; call it after the library is loaded. */
    static void limit(LogLevel level) {
        if (!linux() || level.equals(LogLevel.EVERYTHING)) {
            return;
        }
        for (String library : LIBRARIES) {
            try {
                level(library).ifPresent(variable -> write(variable, level));
            } catch (IOException | LinkageError | RuntimeException unknown) {
                // Abseil then logs more than wanted, but works.
            }
        }
    }

    /** Abseil's level in a library that this process has loaded; empty if it cannot be found. */
    static Optional<IntPointer> level(String library) throws IOException {
        Optional<LoadedLibrary> loaded = LoadedLibrary.named(library);
        if (loaded.isEmpty()) {
            return Optional.empty();
        }
        return loaded.get().variable(LEVEL, Integer.BYTES).stream()
                .mapToObj(address -> (IntPointer) new Address(address))
                .findFirst();
    }

    /** If someone else has set a level, it stays. */
    private static void write(IntPointer variable, LogLevel level) {
        if (variable.get() == LogLevel.EVERYTHING.number()) {
            variable.put(level.number());
        }
    }

    private static boolean linux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** An int in the memory of this process. */
    private static final class Address extends IntPointer {

        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
