package dev.lancet.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong seconds = new AtomicLong();
    private final ProgressLines lines = new ProgressLines(
            new PrintStream(bytes, true, StandardCharsets.UTF_8),
            "train mini",
            100,
            () -> TimeUnit.SECONDS.toNanos(seconds.get()));

    @Test
    void a_line_every_few_seconds_says_how_long_it_will_take() {
        for (int step = 1; step <= 100; step++) {
            seconds.addAndGet(1);
            lines.advance(step, "loss 3.2");
        }
        lines.close();

        assertThat(text().lines())
                .hasSize(20)
                .startsWith("train mini: 5 of 100, loss 3.2, 1:35 left", "train mini: 10 of 100, loss 3.2, 1:30 left")
                .endsWith("train mini: 100 of 100, loss 3.2, took 1:40");
    }

    @Test
    void short_work_prints_nothing() {
        lines.advance(100, "");
        lines.close();

        assertThat(text()).isEmpty();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
