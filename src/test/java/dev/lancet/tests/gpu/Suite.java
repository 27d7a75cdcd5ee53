package dev.lancet.tests.gpu;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the suite on a machine without Maven: one line of JSON, failures on standard error, status 1 if there is one. The
 * argument {@code first} runs the tests that show whether a card computes rightly at all, {@code rest} the others.
 */
final class Suite {

    /** The tag of the tests that come first where time is short. */
    static final String FIRST = "first";

    private static final int SHOWN = 50;

    private Suite() {}

    public static void main(String[] args) {
        LauncherDiscoveryRequestBuilder tests = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(GpuDeviceTest.class), selectClass(KernelsTest.class));
        if (args.length > 0) {
            tests.filters(args[0].equals(FIRST) ? TagFilter.includeTags(FIRST) : TagFilter.excludeTags(FIRST));
        }
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(tests.build(), listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.err, true, StandardCharsets.UTF_8), SHOWN);
        System.out.printf(
                "{\"card\": %b, \"passed\": %d, \"failed\": %d, \"skipped\": %d}%n",
                Places.card().isPresent(),
                summary.getTestsSucceededCount(),
                summary.getTotalFailureCount(),
                summary.getTestsAbortedCount() + summary.getTestsSkippedCount());
        System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
    }
}
