package dev.lancet.tests.fuzz;

import com.sun.management.ThreadMXBean;
import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Works on cases one after the other, in a JVM of its own that may die of one, and says on standard output which it begins
 * and how each ended.
 */
final class Child {

    /** What a case may take beside the bytes that lie there. */
    static final long ALLOWED = 256L << 20;

    static final long SLOWEST_MILLIS = 10_000;

    private final long seed;
    private final Kind kind;
    private final List<Sample> samples;
    private final boolean tell;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Child(long seed, Kind kind, Path scratch, boolean tell) throws IOException {
        this.seed = seed;
        this.kind = kind;
        this.samples = kind.samples(scratch);
        this.tell = tell;
        for (Sample sample : samples) {
            sample.writeWhole();
            if (!verdict(sample).equals("opened")) {
                throw new IllegalStateException("fuzz: " + sample.subject() + " is good, but " + verdict(sample));
            }
        }
    }

    /** Arguments: seed, kind, first case, the case after the last, a folder to work in, whether to print stack traces. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Child child = new Child(
                Long.parseLong(arguments[0]),
                Kind.valueOf(arguments[1]),
                Path.of(arguments[4]),
                Boolean.parseBoolean(arguments[5]));
        for (int number = Integer.parseInt(arguments[2]); number < Integer.parseInt(arguments[3]); number++) {
            out.println("begin " + number);
            out.println("end " + number + " " + child.ended(number));
        }
        // Threads of libraries do not keep it.
        System.exit(0);
    }

    /** Writes a case and opens it. */
    private Outcome ended(int number) throws IOException {
        Random random = new Random(seed * 1_000_003 + kind.word().hashCode() * 100_000_007L + number);
        // The first numbers of seeds that lie side by side are alike.
        random.nextLong();
        Sample sample = samples.get(random.nextInt(samples.size()));
        sample.writeDamaged(random);
        long bytes = sample.bytes();
        long cpu = threads.getCurrentThreadCpuTime();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        String verdict = verdict(sample);
        long millis = (threads.getCurrentThreadCpuTime() - cpu) / 1_000_000;
        long taken = threads.getCurrentThreadAllocatedBytes() - allocated;
        if (taken > bytes + ALLOWED) {
            verdict = "TOO MUCH MEMORY, then " + verdict;
        }
        if (millis > SLOWEST_MILLIS) {
            verdict = "TOO SLOW, then " + verdict;
        }
        return new Outcome(millis, taken, verdict);
    }

    private String verdict(Sample sample) {
        Runnable use;
        try {
            use = sample.open();
        } catch (LancetException refused) {
            String message = String.valueOf(refused.getMessage());
            return message.lines().count() == 1
                            && message.contains(sample.subject().toString())
                    ? "refused: " + message
                    : "UNCLEAR " + place(refused) + ": " + message;
        } catch (RuntimeException | Error wrong) {
            return wrong(wrong);
        }
        try {
            use.run();
            return "opened";
        } catch (LancetException refused) {
            String message = String.valueOf(refused.getMessage());
            return message.lines().count() == 1
                    ? "refused later: " + message
                    : "UNCLEAR " + place(refused) + ": " + message;
        } catch (RuntimeException | Error wrong) {
            return wrong(wrong);
        }
    }

    private String wrong(Throwable wrong) {
        if (tell) {
            wrong.printStackTrace();
        }
        return "BROKEN " + wrong.getClass().getSimpleName() + " " + place(wrong) + ": " + wrong.getMessage();
    }

    /** The innermost place in Lancet. */
    private static String place(Throwable wrong) {
        for (StackTraceElement frame : wrong.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.lancet.")
                    && !frame.getClassName().contains(".fuzz.")) {
                return frame.getFileName() + ":" + frame.getLineNumber();
            }
        }
        return "nowhere";
    }
}
