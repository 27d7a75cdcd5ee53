package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.train.log.Metrics;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.ResumePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives all workers the state of the chief before the first step: every trained array, the optimiser state, and the
 * records of the steps before. The other workers need neither the chief's files nor the same random numbers.
 */
final class StateBroadcast {

    private StateBroadcast() {}

    /**
     * Sends or receives the state.
     *
     * @param own where this worker would start
     * @return where the chief starts
     */
    static ResumePoint of(TrainingSession session, ResumePoint own) {
        WorkerGroup workers = session.workers();
        if (workers.size() == 1) {
            return own;
        }
        ResumePoint start = read(workers.fromChief(text(own)));
        List<ArraySpec> state = session.state();
        if (workers.chief()) {
            session.engine().arrays(state, array -> workers.send(array.bytes()));
        } else {
            session.engine().assign(state.stream().map(ArraySpec::name).toList(), name -> workers.receive());
        }
        return start;
    }

    /** The step, followed by the records as in {@code metrics.jsonl}. */
    private static String text(ResumePoint point) {
        List<String> lines = new ArrayList<>(List.of(String.valueOf(point.done())));
        point.points().forEach(step -> lines.add(Metrics.line(step)));
        point.validations().forEach(validation -> lines.add(Metrics.line(validation)));
        return String.join("\n", lines);
    }

    private static ResumePoint read(String text) {
        List<String> lines = text.lines().toList();
        List<TrainingLog.Point> points =
                lines.stream().map(Metrics::point).flatMap(Optional::stream).toList();
        List<TrainingLog.Validation> validations = lines.stream()
                .map(Metrics::validation)
                .flatMap(Optional::stream)
                .toList();
        return new ResumePoint(Integer.parseInt(lines.get(0)), points, validations);
    }
}
