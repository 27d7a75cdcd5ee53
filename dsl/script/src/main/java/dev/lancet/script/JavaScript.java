package dev.lancet.script;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Recipe;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Runs a recipe in Java: a class with one method that returns it. */
final class JavaScript {

    private JavaScript() {}

    static Recipe load(ScriptSource source) {
        Class<?> type = new JavaCompilation(source).run();
        Method method = method(source, type);
        try {
            method.setAccessible(true);
            Object recipe = method.invoke(Modifier.isStatic(method.getModifiers()) ? null : instance(source, type));
            if (recipe == null) {
                throw misses(source, method.getName() + "() returned null, not a Recipe");
            }
            return (Recipe) recipe;
        } catch (InvocationTargetException e) {
            throw ScriptFailure.of(source, e.getTargetException());
        } catch (IllegalAccessException e) {
            throw new LancetException("script: " + source.file() + "; " + e.getMessage(), e);
        }
    }

    private static Method method(ScriptSource source, Class<?> type) {
        List<Method> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getReturnType() == Recipe.class && method.getParameterCount() == 0)
                .filter(method -> !method.isSynthetic() && !Modifier.isAbstract(method.getModifiers()))
                .toList();
        if (methods.size() == 1) {
            return methods.get(0);
        }
        String names = methods.stream().map(Method::getName).sorted().collect(Collectors.joining(", "));
        throw misses(
                source,
                methods.isEmpty()
                        ? "class " + type.getSimpleName()
                                + " has no method without parameters that returns a Recipe; add one"
                        : "class " + type.getSimpleName() + " has several methods that return a Recipe (" + names
                                + "); keep one");
    }

    private static Object instance(ScriptSource source, Class<?> type) throws IllegalAccessException {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException | InstantiationException e) {
            throw misses(
                    source,
                    "class " + type.getSimpleName() + " has no constructor without parameters; add one or make the"
                            + " method static");
        } catch (InvocationTargetException e) {
            throw ScriptFailure.of(source, e.getTargetException());
        }
    }

    private static ScriptException misses(ScriptSource source, String what) {
        int line = source.lastLine();
        return source.wrong(List.of(new ScriptSource.Fault(line, source.indent(line), what)));
    }
}
