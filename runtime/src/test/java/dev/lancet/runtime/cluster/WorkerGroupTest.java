package dev.lancet.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers in threads of one process, over real connections. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerGroupTest {

    private static final JoinSettings SETTINGS =
            JoinSettings.usual().patience(Duration.ofSeconds(20)).silence(Duration.ofSeconds(10));

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void all_workers_learn_the_texts_of_all_and_the_bytes_of_the_chief() throws IOException {
        List<CompletableFuture<String>> workers = each(addresses(3), group -> {
            String all = String.join(" ", group.exchange("text " + group.index()));
            String first = group.fromChief("first is " + group.index());
            byte number = 7;
            if (group.chief()) {
                group.send(ByteBuffer.wrap(new byte[] {1, number}));
            } else {
                number = group.receive().get(1);
            }
            group.finish();
            return all + ", " + first + ", " + number;
        });

        assertThat(workers).extracting(CompletableFuture::join).containsOnly("text 0 text 1 text 2, first is 0, 7");
    }

    @Test
    void the_chief_works_first_where_others_need_what_it_writes() throws IOException {
        List<Integer> order = new ArrayList<>();
        List<CompletableFuture<String>> workers = each(
                addresses(2),
                group -> group.chiefFirst(() -> {
                    synchronized (order) {
                        order.add(group.index());
                    }
                    return "";
                }));
        workers.forEach(CompletableFuture::join);

        assertThat(order).containsExactly(0, 1);
    }

    @Test
    void a_difference_is_refused_everywhere_and_named() throws IOException {
        List<CompletableFuture<String>> workers = each(addresses(3), group -> {
            group.agree(Map.of("text", "same", "training", "steps 50, rate " + (group.index() == 2 ? 2 : 1)));
            return "";
        });

        for (CompletableFuture<String> worker : workers) {
            assertThatThrownBy(worker::join)
                    .hasCauseInstanceOf(LancetException.class)
                    .hasMessageContaining("cluster: worker 2 (127.0.0.1:")
                    .hasMessageContaining("differs from the chief: training 'steps 50, rate 2' instead of 'steps 50,"
                            + " rate 1'; give all workers the same recipe, data and machine");
        }
    }

    @Test
    void what_fails_at_one_ends_the_others_with_its_message() throws IOException {
        List<CompletableFuture<String>> workers = each(addresses(3), group -> {
            if (group.index() == 1) {
                group.failed("text.txt: it is gone; put it back");
                return "failed";
            }
            return group.fromChief(group.chief() ? group.exchange("").get(0) : "");
        });

        assertThat(workers.get(1).join()).isEqualTo("failed");
        for (int other : new int[] {0, 2}) {
            assertThatThrownBy(workers.get(other)::join)
                    .hasMessageContaining("cluster: worker 1 (127.0.0.1:")
                    .hasMessageContaining(" failed: text.txt: it is gone; put it back");
        }
    }

    @Test
    void a_worker_that_goes_without_a_word_is_named() throws IOException {
        List<CompletableFuture<String>> workers = each(addresses(3), group -> {
            if (group.index() == 2) {
                return "gone";
            }
            return group.exchange("").get(0);
        });

        for (int other : new int[] {0, 1}) {
            assertThatThrownBy(workers.get(other)::join)
                    .hasMessageContaining("cluster: worker 2 (127.0.0.1:")
                    .hasMessageContaining("ended; its own output says why");
        }
    }

    @Test
    void a_worker_that_is_frozen_is_named() throws IOException {
        String list = addresses(2);
        JoinSettings hasty = SETTINGS.silence(Duration.ofSeconds(1));
        CompletableFuture<String> chief =
                worker(list, 0, hasty, group -> group.exchange("").get(0));
        try (Socket frozen = connected(list)) {
            new WorkerHandshake(
                            1, list, WorkerHandshake.of(ClusterSpec.of(list, 1)).version())
                    .write(frozen);

            assertThatThrownBy(chief::join)
                    .hasMessageContaining("cluster: worker 1 (127.0.0.1:")
                    .hasMessageContaining("has not answered for 1 s: its process is frozen, or the network is cut");
        }
    }

    @Test
    void a_worker_that_does_not_come_is_waited_for_with_a_limit() throws IOException {
        String list = addresses(3);
        JoinSettings hasty = SETTINGS.patience(Duration.ofSeconds(2));
        CompletableFuture<String> chief = worker(list, 0, hasty, group -> "");
        CompletableFuture<String> there = worker(list, 1, hasty, group -> "");

        for (CompletableFuture<String> one : List.of(chief, there)) {
            assertThatThrownBy(one::join)
                    .hasMessageContaining("worker 2 (127.0.0.1:")
                    .hasMessageContaining(") did not come within 2 s; start it, or wait longer with --wait SECONDS");
        }
    }

    @Test
    void a_chief_that_does_not_come_is_waited_for_with_a_limit() throws IOException {
        JoinSettings hasty = SETTINGS.patience(Duration.ofSeconds(1));

        assertThatThrownBy(worker(addresses(2), 1, hasty, group -> "")::join)
                .hasMessageContaining("cluster: worker 0 (127.0.0.1:")
                .hasMessageContaining("did not answer within 1 s");
    }

    @Test
    void another_version_and_another_list_are_refused() throws IOException {
        for (String difference : List.of("version", "list")) {
            String list = addresses(2);
            CompletableFuture<String> chief = worker(list, 0, SETTINGS, group -> "");
            try (Socket strange = connected(list)) {
                boolean version = difference.equals("version");
                new WorkerHandshake(1, version ? list : list + ",x:1", version ? "0.0.9" : "").write(strange);

                assertThatThrownBy(chief::join)
                        .hasMessageContaining("worker 1 (127.0.0.1:")
                        .hasMessageContaining(
                                version
                                        ? "has Lancet 0.0.9, but the chief has"
                                        : "has the list of workers " + list + ",x:1, but the chief has " + list);
            }
        }
    }

    @Test
    void what_is_no_worker_is_ignored() throws IOException {
        String list = addresses(2);
        CompletableFuture<String> chief = worker(list, 0, SETTINGS, group -> "met");
        try (Socket strange = connected(list)) {
            strange.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            CompletableFuture<String> other = worker(list, 1, SETTINGS, group -> "met");

            assertThat(chief.join()).isEqualTo(other.join()).isEqualTo("met");
        }
    }

    @Test
    void a_single_worker_agrees_with_itself() {
        try (WorkerGroup alone = WorkerGroup.alone()) {
            alone.agree(Map.of("text", "any"));
            alone.finish();

            assertThat(alone.exchange("mine")).containsExactly("mine");
            assertThat(alone.chief()).isTrue();
            assertThat(alone.chiefFirst(() -> 5)).isEqualTo(5);
        }
    }

    /** Tries until the chief listens. */
    private static Socket connected(String list) throws IOException {
        WorkerAddress chief = ClusterSpec.of(list, 0).own();
        for (int i = 0; ; i++) {
            try {
                return new Socket(chief.resolve(), chief.port());
            } catch (ConnectException notYet) {
                assertThat(i).isLessThan(400);
                sleep();
            }
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<CompletableFuture<String>> each(String list, Function<WorkerGroup, String> work) {
        List<CompletableFuture<String>> workers = new ArrayList<>();
        for (int i = 0; i < list.split(",", -1).length; i++) {
            workers.add(worker(list, i, SETTINGS, work));
        }
        return workers;
    }

    private CompletableFuture<String> worker(
            String list, int index, JoinSettings settings, Function<WorkerGroup, String> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (WorkerGroup group =
                            WorkerGroup.join(ClusterSpec.of(list, index), settings, Progress.silent())) {
                        return work.apply(group);
                    } catch (LancetException wrong) {
                        throw new CompletionException(wrong);
                    }
                },
                threads);
    }

    private static String addresses(int count) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(new ServerSocket(0, 1, InetAddress.getAllByName("127.0.0.1")[0]));
        }
        for (ServerSocket socket : taken) {
            socket.close();
        }
        return taken.stream()
                .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                .collect(Collectors.joining(","));
    }
}
