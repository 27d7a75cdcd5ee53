package dev.lancet.runtime.text.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import org.jspecify.annotations.Nullable;

/** The filter {@code replace}, with a limit for its result. */
final class ReplaceTextFilter implements Filter {

    @Override
    public String getName() {
        return "replace";
    }

    @Override
    public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
        if (value == null) {
            return null;
        }
        if (arguments.length < 2) {
            throw new IllegalArgumentException("'replace' takes two texts");
        }
        return PythonStringMethods.replaced(value.toString(), arguments[0], arguments[1]);
    }
}
