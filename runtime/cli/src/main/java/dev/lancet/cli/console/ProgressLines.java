package dev.lancet.cli.console;

import dev.lancet.dsl.PrintableText;
import dev.lancet.io.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows progress in a log: a line every few seconds, and no line for work that takes less. */
final class ProgressLines implements Progress.Task {

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

    private final PrintStream out;
    private final String what;
    private final long steps;
    private final LongSupplier nanoTime;
    private final long began;
    private long last;
    private long done;
    private String note = "";
    private boolean spoke;

    ProgressLines(PrintStream out, String what, long steps, LongSupplier nanoTime) {
        this.out = out;
        this.what = what;
        this.steps = steps;
        this.nanoTime = nanoTime;
        began = nanoTime.getAsLong();
        last = began;
    }

    @Override
    public void advance(long done, String note) {
        this.done = done;
        this.note = note;
        long now = nanoTime.getAsLong();
        if (now - last >= PAUSE && done < steps) {
            last = now;
            spoke = true;
            long left = done == 0 ? 0 : (long) ((now - began) / (double) done * (steps - done));
            say(done == 0 ? "" : clock(left) + " left");
        }
    }

    @Override
    public void close() {
        long now = nanoTime.getAsLong();
        if (spoke || now - began >= PAUSE) {
            say("took " + clock(now - began));
        }
    }

    private void say(String time) {
        out.println(PrintableText.line(what + ": " + done + " of " + steps + (note.isEmpty() ? "" : ", " + note)
                + (time.isEmpty() ? "" : ", " + time)));
    }

    private static String clock(long nanoseconds) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanoseconds);
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
