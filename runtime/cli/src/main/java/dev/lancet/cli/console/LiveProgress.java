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
        return new Task() {
            @Override
            public void advance(long done, String note) {
                bar.stepTo(done);
                bar.setExtraMessage(PrintableText.line(note));
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
