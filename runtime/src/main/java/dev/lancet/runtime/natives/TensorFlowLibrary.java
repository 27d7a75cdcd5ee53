package dev.lancet.runtime.natives;

import org.tensorflow.TensorFlow;

/**
 * TensorFlow's native library. All code that needs TensorFlow loads it through this class, so that its log is limited
 * before its first line.
 *
 * <p>Without {@code TF_CPP_MIN_LOG_LEVEL} in the environment, TensorFlow writes only errors to standard error. With it,
 * TensorFlow writes what the variable asks for: 0 asks for everything.
 */
public final class TensorFlowLibrary {

    private TensorFlowLibrary() {}

    /** Loads the library, unless this process has loaded it before. */
    public static void load() {
        version();
    }

    /** The version of the library; loads the library if needed. */
    public static String version() {
        return Loaded.VERSION;
    }

    /** Java initialises this class once, at the first use. */
    private static final class Loaded {

        private static final String VERSION = loaded();

        private static String loaded() {
            LogLevel level = LogLevel.asked();
            // TensorFlow writes its first line while it is loaded.
            NativeLog.announce(level);
            String version = TensorFlow.version();
            NativeLog.limit(level);
            return version;
        }
    }
}
