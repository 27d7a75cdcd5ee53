package dev.lancet.runtime.text.chat;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * What an expression of a template may read and call: entries of maps and lists, the state of a loop, a few methods of maps and
 * lists, and Python's methods of strings. Everything else is refused, so no Java class can be reached.
 */
final class TemplateValues extends ELResolver {

    private static final Set<String> MAP_METHODS = Set.of("get", "items", "keys", "values", "update");
    private static final Set<String> LIST_METHODS = Set.of("append", "index", "count");

    private final ELResolver usual = JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_WRITE;

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
        boolean allowed = base == null || base instanceof Map || base instanceof List || base instanceof ForLoop;
        if (!allowed) {
            throw refused("read '" + property + "' of", base);
        }
        return usual.getValue(context, base, property);
    }

    @Override
    public @Nullable Object invoke(
            ELContext context,
            @Nullable Object base,
            @Nullable Object method,
            Class<?> @Nullable [] types,
            @Nullable Object @Nullable [] arguments) {
        String name = String.valueOf(method);
        if (base instanceof String text) {
            context.setPropertyResolved(true);
            return PythonStringMethods.call(text, name, arguments == null ? List.of() : Arrays.asList(arguments));
        }
        boolean library = (base instanceof Filter && name.equals("filter"))
                || (base instanceof ExpTest && name.startsWith("evaluate"));
        if (library
                || (base instanceof Map && MAP_METHODS.contains(name))
                || (base instanceof List && LIST_METHODS.contains(name))) {
            return usual.invoke(context, base, method, types, arguments);
        }
        throw refused("call '" + name + "' of", base);
    }

    private static IllegalArgumentException refused(String what, @Nullable Object base) {
        return new IllegalArgumentException("it may not " + what + " a value of kind "
                + (base == null ? "none" : base.getClass().getSimpleName()));
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, @Nullable Object property) {
        return usual.getType(context, base, property);
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object property) {
        return true;
    }

    @Override
    public void setValue(ELContext context, @Nullable Object base, @Nullable Object property, @Nullable Object value) {
        throw refused("set '" + property + "' of", base);
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, @Nullable Object base) {
        return Collections.emptyIterator();
    }

    @Override
    public @Nullable Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
        return usual.getCommonPropertyType(context, base);
    }
}
