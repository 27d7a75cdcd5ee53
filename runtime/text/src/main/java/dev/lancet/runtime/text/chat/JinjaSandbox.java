package dev.lancet.runtime.text.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.tree.Node;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs Jinja templates of others with jinjava, as Hugging Face's library does: white space around blocks is trimmed, and
 * {@code raise_exception} refuses a conversation. A template reaches no files, no Java classes, no clock and no random
 * numbers; its steps, texts, output and time are limited.
 */
final class JinjaSandbox {

    static final int LONGEST_TEXT = 4 << 20;
    private static final int MOST_ITEMS = 10_000;
    private static final long MOST_STEPS = 100_000;
    private static final int DEEPEST = 40;

    private final Jinjava engine;
    private final Set<String> knownFilters;
    private final Set<String> knownTests;
    private final int seconds;

    /** A sandbox in which a template may run for this many seconds. */
    JinjaSandbox(int seconds) {
        this.seconds = seconds;
        Context all = new Jinjava().getGlobalContext();
        knownFilters = JinjaAllowlist.names(all.getAllFilters());
        knownTests = JinjaAllowlist.names(all.getAllExpTests());
        JinjavaConfig config = JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withElResolver(new TemplateValues())
                .withDisabled(JinjaAllowlist.disabled(all))
                .withMaxOutputSize(LONGEST_TEXT)
                .withMaxStringLength(LONGEST_TEXT)
                .withMaxListSize(MOST_ITEMS)
                .withMaxMapSize(MOST_ITEMS)
                .withRangeLimit(MOST_ITEMS)
                .withMaxRenderDepth(DEEPEST)
                .withMaxMacroRecursionDepth(DEEPEST)
                .withEnableRecursiveMacroCalls(true)
                .withNestedInterpretationEnabled(false)
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor(JinjaSandbox::step)
                        .build())
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .withIterateOverMapKeys(true)
                        .withKeepNullableLoopValues(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .build())
                .build();
        engine = new Jinjava(config);
        engine.setResourceLocator((name, encoding, interpreter) -> {
            throw new IOException("it may not read '" + name + "'");
        });
        engine.getGlobalContext().registerTag(new JinjaGenerationTag());
        engine.getGlobalContext().registerFilter(new ReplaceTextFilter());
        engine.getGlobalContext()
                .registerFunction(new ELFunctionDefinition(
                        "", "raise_exception", JinjaSandbox.class, "raiseException", String.class));
    }

    /** The function of Hugging Face's templates that refuses a conversation. Jinjava calls it. */
    public static Object raiseException(String message) {
        throw new IllegalArgumentException(message);
    }

    private static void step(Node node, JinjavaInterpreter interpreter) {
        Object steps = interpreter.getContext().get(StepCount.KEY);
        if (steps instanceof StepCount count) {
            count.next();
        }
    }

    /** Why a template cannot be used, or refuses a conversation. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /** Counts the nodes that a rendering visits, and ends it if they are too many or their thread was interrupted. */
    private static final class StepCount {
        static final String KEY = "lancet steps";
        private final AtomicLong steps = new AtomicLong();

        void next() {
            if (steps.incrementAndGet() > MOST_STEPS || Thread.currentThread().isInterrupted()) {
                throw new StoppedError();
            }
        }
    }

    /** An error, because jinjava catches exceptions of single nodes and goes on. */
    private static final class StoppedError extends Error {
        private static final long serialVersionUID = 1;
    }

    /**
     * Renders a template.
     *
     * @throws RefusedException if the template is not Jinja, asks for something that is not allowed, runs too long, or
     *     refuses the values; the message is one line
     */
    String render(String template, Map<String, Object> values) throws RefusedException {
        requireKnown("filter", TemplateNames.filters(template), knownFilters);
        requireKnown("test", TemplateNames.tests(template), knownTests);
        FutureTask<RenderResult> task = new FutureTask<>(() -> {
            Context context = new Context(engine.getGlobalContextCopy(), values);
            context.put(StepCount.KEY, new StepCount());
            return engine.renderForResult(template, context);
        });
        Thread thread = new Thread(null, task, "lancet-chat-template", 16L << 20);
        thread.setDaemon(true);
        thread.start();
        RenderResult result;
        try {
            result = task.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new RefusedException("it takes more than " + seconds + " seconds");
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new RefusedException("it was interrupted");
        } catch (ExecutionException e) {
            throw new RefusedException(
                    e.getCause() instanceof StoppedError
                            ? "it takes more than " + MOST_STEPS + " steps; perhaps it loops for ever"
                            : "it fails: " + line(Objects.requireNonNullElse(e.getCause(), e)));
        }
        for (TemplateError error : result.getErrors()) {
            throw new RefusedException(
                    (error.getLineno() > 0 ? "line " + error.getLineno() + ": " : "") + reason(error));
        }
        return result.getOutput();
    }

    private static void requireKnown(String kind, Set<String> used, Set<String> known) throws RefusedException {
        for (String name : used) {
            if (!known.contains(name)) {
                throw new RefusedException("the " + kind + " '" + name + "' is not supported");
            }
        }
    }

    private static String reason(TemplateError error) {
        Throwable cause = error.getException();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String own = cause instanceof IllegalArgumentException && cause.getMessage() != null
                ? cause.getMessage()
                : error.getMessage();
        return String.valueOf(own).lines().findFirst().orElse("unknown error");
    }

    private static String line(Throwable cause) {
        return cause.getClass().getSimpleName()
                + (cause.getMessage() == null
                        ? ""
                        : ", " + cause.getMessage().lines().findFirst().orElse(""));
    }
}
