package dev.lancet.cli.console;

import dev.lancet.dsl.PrintableText;
import dev.lancet.io.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows progress on standard error: on a terminal a bar with the remaining time, elsewhere a plain line every few
 * seconds.
 */
final class LiveProgress implements Progress {

    private static final int REDRAW_MILLISECONDS = 250;

    /** A bar of some cells, the percentage, the counts and the times. */
    private static final int BAR_AND_TIMES = 45;

    private final Console console;
    private final boolean quiet;

    LiveProgress(Console console, boolean quiet) {
        this.console = console;
        this.quiet = quiet;
    }

    @Override
    public boolean stopWanted() {
        return console.interruption().wanted();
    }

    @Override
    public void warn(String warning) {
        console.err().println("warning: " + warning);
    }

    @Override
    public Task begin(String what, long steps) {
        if (quiet) {
            return Progress.silent().begin(what, steps);
        }
        return console.terminal() ? bar(what, steps) : new ProgressLines(console.err(), what, steps, System::nanoTime);
    }

    private Task bar(String what, long steps) {
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(PrintableText.line(what))
                .setInitialMax(steps)
                .setUpdateIntervalMillis(REDRAW_MILLISECONDS)
                .setStyle(
                        console.colourful() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.UNICODE_BLOCK)
                .setConsumer(new ConsoleProgressBarConsumer(console.err()))
                .build();
        int room = console.columns() - PrintableText.line(what).length() - BAR_AND_TIMES;
        return new Task() {
            @Override
            public void advance(long done, String note) {
                bar.stepTo(done);
                bar.setExtraMessage(fitting(PrintableText.line(note), room));
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }

    /** The first parts of a note, as many as fit beside the bar. */
    private static String fitting(String note, int room) {
        int end = note.length();
        while (end > room) {
            end = note.lastIndexOf(", ", end - 1);
        }
        return end < 0 ? "" : note.substring(0, end);
    }
}
