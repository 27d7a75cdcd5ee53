package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {

    @TempDir
    private Path folder;

    /** Takes a lock and keeps it until it is killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (OutputLock lock = OutputLock.take(Path.of(arguments[0]), "output")) {
                System.out.println("taken " + (lock != null));
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void another_process_is_named_and_loses_the_lock_when_it_is_killed() throws Exception {
        Path target = folder.resolve("model");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
        try (var said = holder.inputReader()) {
            assertThat(said.readLine()).startsWith("taken");
            assertThatThrownBy(() -> OutputLock.take(target, "training folder"))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("training folder in use: " + target + " by process " + holder.pid()
                            + "; wait until it ends, or choose another training folder");
            assertThatThrownBy(() -> AtomicFolder.create(target)).hasMessageContaining("process " + holder.pid());
        } finally {
            holder.destroyForcibly();
            holder.waitFor();
        }
        OutputLock.take(target, "output").close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void in_one_process_a_second_writer_is_refused_and_the_first_keeps_its_lock() throws IOException {
        Path target = folder.resolve("model");
        try (AtomicFolder first = AtomicFolder.create(target)) {
            assertThatThrownBy(() -> AtomicFolder.create(target))
                    .hasMessage("output in use: " + target + " by this process; wait until it ends, or choose"
                            + " another output");
            assertThatThrownBy(() -> AtomicFile.create(target)).hasMessageContaining("in use");
            assertThat(OutputLock.held(target)).isTrue();
            first.text("a", "1");
            first.finish();
        }
        assertThat(folder).isDirectoryContaining("glob:**model");
        assertThat(folder.toFile().list()).containsExactly("model");
    }

    @Test
    void one_waits_for_the_other() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 8; i++) {
            threads.execute(() -> {
                try (OutputLock lock = OutputLock.await(folder.resolve("cache"))) {
                    assertThat(lock).isNotNull();
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    assertThat(inside.get()).isPositive();
                    inside.decrementAndGet();
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(most).hasValue(1);
    }
}
