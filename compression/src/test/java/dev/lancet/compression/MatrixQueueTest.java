package dev.lancet.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MatrixQueueTest {

    private static final int COUNT = 12;

    private final List<Integer> begun = new CopyOnWriteArrayList<>();

    private List<MatrixQueue.Job<Integer>> jobs() {
        return IntStream.range(0, COUNT)
                .mapToObj(i -> new MatrixQueue.Job<>(16, () -> {
                    begun.add(i);
                    return i;
                }))
                .toList();
    }

    @Test
    void results_come_in_order_whatever_finishes_first() {
        try (MatrixQueue<Integer> queue = new MatrixQueue<>(jobs(), 4, 1 << 20)) {
            for (int i = 0; i < COUNT; i++) {
                assertThat(queue.take()).isEqualTo(i);
            }
        }
    }

    @Test
    void a_matrix_that_does_not_fit_beside_others_waits_for_them() {
        try (MatrixQueue<Integer> queue = new MatrixQueue<>(jobs(), 4, 20)) {
            for (int i = 0; i < COUNT; i++) {
                assertThat(begun).hasSizeLessThanOrEqualTo(i + 1);
                queue.take();
            }
            assertThat(begun).hasSize(COUNT);
        }
    }

    @Test
    void an_error_in_a_thread_is_the_error_of_the_caller() {
        MatrixQueue.Job<Integer> wrong = new MatrixQueue.Job<>(16, () -> {
            throw new LancetException("matrix: wrong");
        });
        try (MatrixQueue<Integer> queue = new MatrixQueue<>(List.of(wrong), 2, 1 << 20)) {
            assertThatThrownBy(queue::take).isInstanceOf(LancetException.class).hasMessage("matrix: wrong");
        }
    }
}
