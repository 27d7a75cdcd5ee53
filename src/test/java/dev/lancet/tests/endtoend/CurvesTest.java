package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.data.DatasetToSingleElement;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.types.TString;

/** The event files of a training, read by TensorFlow's own reader of records, which checks every sum. */
class CurvesTest {

    @TempDir
    Path folder;

    @Test
    void tensorflow_reads_what_a_training_writes() throws IOException {
        TrainingLog log = train(6, CheckpointPolicy.in(folder).every(3));
        List<Event> events = read(only());
        assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
        List<Event> steps = events.stream()
                .filter(event -> event.getSummary().getValueList().stream()
                        .anyMatch(value -> value.getTag().equals("loss")))
                .toList();
        assertThat(steps).hasSize(6);
        for (int i = 0; i < 6; i++) {
            TrainingLog.Point point = log.points().get(i);
            assertThat(steps.get(i).getStep()).isEqualTo(point.step());
            assertThat(value(steps.get(i), "loss")).isEqualTo((float) point.loss());
            assertThat(value(steps.get(i), "gradient_norm")).isEqualTo((float) point.gradientNorm());
            assertThat(value(steps.get(i), "rate")).isEqualTo((float) point.rate());
            assertThat(value(steps.get(i), "tokens_per_second")).isEqualTo((float) point.tokensPerSecond());
            assertThat(point.resident()).isGreaterThan(50L << 20);
            assertThat(value(steps.get(i), "resident_bytes")).isEqualTo((float) point.resident());
        }
        assertThat(events)
                .filteredOn(event -> event.getSummary().getValueCount() == 1)
                .extracting(Event::getStep, event -> value(event, "validation_loss"))
                .containsExactly(
                        tuple(2L, (float) log.validations().get(0).loss()),
                        tuple(4L, (float) log.validations().get(1).loss()),
                        tuple(6L, (float) log.validations().get(2).loss()));
        assertThat(folder.resolve("metrics.jsonl"))
                .content()
                .contains("\"resident_bytes\":" + log.points().get(5).resident());
    }

    @Test
    void a_resumed_training_says_from_which_step_on_what_was_written_before_is_void() throws IOException {
        train(6, CheckpointPolicy.in(folder));
        Path first = only();
        train(6, CheckpointPolicy.resume(folder));
        try (Stream<Path> files = Files.list(folder)) {
            Path second = files.filter(file -> file.toString().contains("tfevents") && !file.equals(first))
                    .findFirst()
                    .orElseThrow();
            assertThat(read(second)).anySatisfy(event -> {
                assertThat(event.getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
                assertThat(event.getStep()).isEqualTo(7);
            });
        }
    }

    @Test
    void the_judge_notices_a_byte_that_was_changed() throws IOException {
        train(2, CheckpointPolicy.in(folder));
        byte[] bytes = Files.readAllBytes(only());
        bytes[bytes.length / 2] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged"), bytes);
        assertThatThrownBy(() -> read(damaged)).hasMessageContaining("corrupted record");
    }

    private static TrainingLog train(int steps, CheckpointPolicy checkpoints) {
        Training training = adamW(steps, 1e-3).batch(4).sequence(16).validateEvery(2);
        Plan plan = Plan.dense(TinyModel.llama());
        try (Model model = Model.create(TinyModel.llama(), plan, 1);
                TrainingFolder opened = checkpoints.open(new Fingerprint(Map.of("training", training.toString())))) {
            return Trainer.of(TinyModel.llama(), plan, training, PassSelection.here(training, Set.of()))
                    .train(
                            model.weights(),
                            TokenIds.of(TinyModel.text(600)),
                            TokenIds.of(TinyModel.text(200)),
                            Optional.of(opened))
                    .log();
        }
    }

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().contains("tfevents"))
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static float value(Event event, String tag) {
        return event.getSummary().getValueList().stream()
                .filter(value -> value.getTag().equals(tag))
                .map(Summary.Value::getSimpleValue)
                .findFirst()
                .orElseThrow();
    }

    private static List<Event> read(Path file) throws InvalidProtocolBufferException {
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            var records =
                    tf.data.tfRecordDataset(tf.array(file.toString()), tf.constant(""), tf.constant(0L), tf.array(0L));
            var all = tf.data.batchDataset(
                    records, tf.constant(10_000L), tf.constant(false), List.of(TString.class), List.of(Shape.of(-1)));
            DatasetToSingleElement list =
                    tf.data.datasetToSingleElement(all, List.of(TString.class), List.of(Shape.of(-1)));
            try (var result = session.runner().fetch(list.iterator().next()).run()) {
                List<Event> events = new ArrayList<>();
                for (byte[] record : bytes((TString) result.get(0))) {
                    events.add(Event.parseFrom(record));
                }
                return events;
            }
        }
    }

    private static List<byte[]> bytes(TString records) {
        List<byte[]> all = new ArrayList<>();
        records.asBytes().scalars().forEach(record -> all.add(record.getObject()));
        return all;
    }
}
