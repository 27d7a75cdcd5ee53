package dev.lancet.runtime.natives;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What TensorFlow's native code writes to standard error.
 *
 * @param number 0 for everything, 1 for warnings and above, 2 for errors and above, 3 only for fatal errors
 */
record LogLevel(int number) {

    /** The environment variable that TensorFlow reads. */
    static final String VARIABLE = "TF_CPP_MIN_LOG_LEVEL";

    static final LogLevel EVERYTHING = new LogLevel(0);
    static final LogLevel ERRORS = new LogLevel(2);

    private static final int HIGHEST = 3;
    private static final Pattern NUMBER = Pattern.compile("\\s*([+-]?\\d{1,9})");

    LogLevel {
        if (number < 0 || number > HIGHEST) {
            throw new IllegalArgumentException("log level: " + number + "; it is from 0 to " + HIGHEST);
        }
    }

    /** The level that the environment of this process asks for; errors if it asks for none. */
    static LogLevel asked() {
        return of(Optional.ofNullable(System.getenv(VARIABLE)));
    }

    /** The level of a value of the variable, read as TensorFlow reads it: text without a number is 0. */
    static LogLevel of(Optional<String> value) {
        if (value.isEmpty()) {
            return ERRORS;
        }
        Matcher number = NUMBER.matcher(value.get());
        return number.lookingAt()
                ? new LogLevel(Math.max(0, Math.min(HIGHEST, Integer.parseInt(number.group(1)))))
                : EVERYTHING;
    }
}
