package dev.lancet.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import com.sun.jna.Function;
import com.sun.jna.Platform;
import dev.lancet.dsl.LancetException;

/**
 * ONNX Runtime's environment without its telemetry. From version 1.29 on, ONNX Runtime's own builds send events about
 * models, sessions and errors to Microsoft, and keep a number for the device in the user's folder. The variable {@code
 * ORT_DISABLE_TELEMETRY} forbids all of it if it is set before the environment exists (ONNX Runtime, docs/Privacy.md).
 * Without it, the process also crashes if its command line has about 4,000 bytes. On Windows the events go to the
 * operating system, and only a call on the environment turns them off.
 */
final class OnnxEnvironment {

    private static final String OPT_OUT = "ORT_DISABLE_TELEMETRY";

    private OnnxEnvironment() {}

    /**
     * The one environment of this process.
     *
     * @throws LancetException if the telemetry cannot be turned off
     */
    static OrtEnvironment get() {
        return Holder.ENVIRONMENT;
    }

    /** Java makes this class, and with it the environment, at the first use and only once. */
    private static final class Holder {
        static final OrtEnvironment ENVIRONMENT = create();
    }

    private static OrtEnvironment create() {
        if (!Platform.isWindows()) {
            forbid();
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "lancet");
        try {
            environment.setTelemetry(false);
        } catch (OrtException refused) {
            throw refused(refused);
        }
        return environment;
    }

    /** Java cannot change the environment of its own process; the C library can. */
    private static void forbid() {
        try {
            int failed = Function.getFunction("c", "setenv").invokeInt(new Object[] {OPT_OUT, "1", 1});
            if (failed != 0) {
                throw new IllegalStateException("setenv returns " + failed);
            }
        } catch (IllegalStateException | LinkageError missing) {
            if (!"1".equals(System.getenv(OPT_OUT))) {
                throw refused(missing);
            }
        }
    }

    private static LancetException refused(Throwable why) {
        return new LancetException(
                "onnx: cannot turn off ONNX Runtime's telemetry (" + why.getMessage() + "); start the process with "
                        + OPT_OUT + "=1",
                why);
    }
}
