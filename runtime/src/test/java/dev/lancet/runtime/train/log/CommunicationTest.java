package dev.lancet.runtime.train.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommunicationTest {

    @Test
    void what_workers_waited_and_sent_comes_back_from_its_line() {
        TrainingLog.Point point = point(Optional.of(new TrainingLog.Communication(List.of(10.0, 30.0), 1234)));
        String line = Metrics.line(point);

        assertThat(line).contains("\"waited_milliseconds\":[10.0,30.0],\"bytes_sent\":1234");
        assertThat(Metrics.point(line)).contains(point);
        assertThat(Metrics.curves(point))
                .containsEntry("communication_share", 0.2)
                .containsEntry("bytes_sent", 1234.0);
    }

    @Test
    void a_single_worker_has_none() {
        TrainingLog.Point point = point(Optional.empty());

        assertThat(Metrics.line(point)).doesNotContain("waited", "sent");
        assertThat(Metrics.curves(point)).doesNotContainKey("communication_share");
        assertThat(log(point).communicationShare()).isEmpty();
    }

    @Test
    void the_share_of_a_training_is_that_of_all_its_time() {
        TrainingLog log = log(
                point(Optional.of(new TrainingLog.Communication(List.of(0.0, 0.0), 500))),
                point(Optional.of(new TrainingLog.Communication(List.of(20.0, 40.0), 500))));

        assertThat(log.communicationShare().orElseThrow()).isCloseTo(0.15, within(1e-12));
        assertThat(log.bytesSent()).isEqualTo(1000);
    }

    private static TrainingLog log(TrainingLog.Point... points) {
        return new TrainingLog(List.of(points), List.of(), 1, 1, Optional.empty());
    }

    private static TrainingLog.Point point(Optional<TrainingLog.Communication> communication) {
        return new TrainingLog.Point(
                1, 64, 2.5, 1, 0.01, 100, 0, Optional.empty(), Optional.empty(), Optional.empty(), communication);
    }
}
