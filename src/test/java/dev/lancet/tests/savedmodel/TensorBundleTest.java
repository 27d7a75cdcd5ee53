package dev.lancet.tests.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import dev.lancet.surgery.savedmodel.TensorBundle;
import dev.lancet.surgery.savedmodel.TensorBundleWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.EagerSession;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Restore;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

class TensorBundleTest {

    @TempDir
    private Path folder;

    @Test
    void the_index_of_a_checkpoint_says_what_is_in_it() {
        TensorBundle bundle = TensorBundle.open(Served.MLP.resolve("variables/variables"));
        assertThat(bundle.entries())
                .extracting(BundleEntry::toString)
                .containsExactly(
                        "'_CHECKPOINTABLE_OBJECT_GRAPH' string []",
                        "'b1/.ATTRIBUTES/VARIABLE_VALUE' float [256]",
                        "'b2/.ATTRIBUTES/VARIABLE_VALUE' float [256]",
                        "'b3/.ATTRIBUTES/VARIABLE_VALUE' float [10]",
                        "'w1/.ATTRIBUTES/VARIABLE_VALUE' float [96, 256]",
                        "'w2/.ATTRIBUTES/VARIABLE_VALUE' float [256, 256]",
                        "'w3/.ATTRIBUTES/VARIABLE_VALUE' float [256, 10]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 9_000})
    void what_is_written_is_what_restore_reads(int tensors) {
        SplittableRandom random = new SplittableRandom(tensors);
        Path prefix = folder.resolve("made");
        float[] last = new float[6];
        try (TensorBundleWriter writer = TensorBundleWriter.begin(prefix)) {
            for (int i = 0; i < tensors; i++) {
                ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
                for (int j = 0; j < last.length; j++) {
                    last[j] = random.nextInt();
                    bytes.putFloat(4 * j, last[j]);
                }
                writer.write(name(i), DataType.DT_FLOAT, List.of(2L, 3L), bytes);
            }
            writer.finish();
        }

        assertThat(TensorBundle.open(prefix).entries()).hasSize(tensors);
        assertThat(TensorBundle.open(prefix).read(name(tensors - 1)).getFloat(20))
                .isEqualTo(last[5]);
        assertThat(restored(prefix, name(tensors - 1))).containsExactly(last);
    }

    private static String name(int i) {
        return "layer_" + i + "/wörter/kernel";
    }

    private static float[] restored(Path prefix, String key) {
        try (EagerSession session = EagerSession.create()) {
            Ops tf = Ops.create(session);
            Restore restore = tf.train.restore(
                    tf.constant(prefix.toString()), tf.array(key), tf.array(""), List.of(TFloat32.class));
            TFloat32 tensor = (TFloat32) restore.tensors().get(0).asTensor();
            float[] values = new float[(int) tensor.shape().size()];
            tensor.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }

    @Test
    void a_saved_model_that_is_read_and_written_computes_the_same() {
        SavedModelFolder model = SavedModelFolder.read(Served.MLP);
        TensorBundle bundle = model.variables().orElseThrow();
        Path copy = folder.resolve("copy");
        try (SavedModelWriter writer = SavedModelWriter.create(copy, Optional.of(Served.MLP))) {
            bundle.entries().forEach(entry -> writer.variables().copy(entry.key(), entry, bundle));
            writer.finish(model.meta());
        }

        try (TFloat32 x = Served.features(16)) {
            float[] before = Served.run(Served.MLP, "serving_default", "x", x, "logits");
            assertThat(Served.run(copy, "serving_default", "x", x, "logits")).containsExactly(before, within(0f));
        }
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> SavedModelWriter.create(copy, Optional.empty()))
                .withMessage("%s: exists already; choose another path or remove it first", copy);
    }

    @Test
    void a_draft_that_fails_leaves_nothing_behind() throws IOException {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> {
            try (SavedModelWriter writer = SavedModelWriter.create(folder.resolve("never"), Optional.empty())) {
                assertThat(writer.variables()).isNotNull();
                throw new IllegalStateException("no more weights");
            }
        });
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void what_is_wrong_with_a_checkpoint_is_said() throws IOException {
        Path prefix = folder.resolve("gone");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> TensorBundle.open(prefix))
                .withMessage("%s.index: does not exist; a checkpoint is an .index file and its .data files", prefix);

        Path original = Served.MLP.resolve("variables/variables");
        byte[] index = Files.readAllBytes(original.resolveSibling("variables.index"));
        byte[] data = Files.readAllBytes(original.resolveSibling("variables.data-00000-of-00001"));
        Files.write(folder.resolve("gone.index"), index);
        Path shard = folder.resolve("gone.data-00000-of-00001");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> TensorBundle.open(prefix))
                .withMessage("%s: does not exist, but the checkpoint needs it; copy all its .data files", shard);

        Files.write(shard, java.util.Arrays.copyOf(data, data.length / 2));
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> TensorBundle.open(prefix))
                .withMessage(
                        "%s.index: is not the index of a checkpoint, or is damaged:"
                                + " '_CHECKPOINTABLE_OBJECT_GRAPH' is at offset 372776 with 554 bytes in a file of 186665",
                        prefix);

        data[0] ^= 1;
        Files.write(shard, data);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> TensorBundle.open(prefix).read("w1/.ATTRIBUTES/VARIABLE_VALUE"))
                .withMessage(
                        "%s: the checksum of 'w1/.ATTRIBUTES/VARIABLE_VALUE' is wrong; the file is damaged, get it again",
                        shard);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> TensorBundle.open(prefix).read("w4"))
                .withMessageStartingWith(prefix + ": the checkpoint has no tensor 'w4'; near it: ");
    }

    @Test
    void damaged_files_are_read_or_refused() throws IOException {
        SplittableRandom random = new SplittableRandom(300);
        Path model = folder.resolve("model");
        Files.createDirectories(model.resolve("variables"));
        byte[] data = Files.readAllBytes(Served.MLP.resolve("variables/variables.data-00000-of-00001"));
        byte[] index = Files.readAllBytes(Served.MLP.resolve("variables/variables.index"));
        byte[] graph = Files.readAllBytes(Served.MLP.resolve("saved_model.pb"));
        Files.write(model.resolve("variables/variables.data-00000-of-00001"), data);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            Files.write(model.resolve("variables/variables.index"), i % 2 == 0 ? damaged(index, random) : index);
            Files.write(model.resolve("saved_model.pb"), i % 2 == 1 ? damaged(graph, random) : graph);
            try {
                SavedModelFolder read = SavedModelFolder.read(model);
                read.variables().ifPresent(bundle -> bundle.entries().forEach(entry -> bundle.read(entry.key())));
            } catch (LancetException refusal) {
                assertThat(refusal).hasMessageStartingWith(model.toString());
                refused++;
            }
        }
        // Checksums cover the index, so that nearly every damage to it is seen.
        assertThat(refused).isGreaterThan(130);
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] damaged = whole.clone();
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
    }
}
