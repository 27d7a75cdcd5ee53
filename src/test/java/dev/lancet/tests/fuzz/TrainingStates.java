package dev.lancet.tests.fuzz;

import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** States of a training that was stopped. They are taken up as far as that needs no TensorFlow. */
final class TrainingStates {

    private static final String STATE = "state-00000002.safetensors";
    private static final String HEADER =
            "{\"__metadata__\":{\"model\":\"one\",\"done\":\"2\",\"arithmetic\":\"BFLOAT16\"},"
                    + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]}}";
    private static final String METRICS =
            "{\"step\":1,\"loss\":5.5,\"tokens\":16}\n{\"step\":2,\"loss\":5.0,\"tokens\":32}\n";

    private TrainingStates() {}

    static List<Sample> states(Path scratch) throws IOException {
        Path good = Files.createDirectories(scratch.resolve("good"));
        Files.write(good.resolve(STATE), file(HEADER.getBytes(StandardCharsets.UTF_8), new byte[32]));
        Files.writeString(good.resolve("metrics.jsonl"), METRICS);
        Damage damage = ((Damage) Damage::blind).or(TrainingStates::header);
        return List.of(Sample.inFolder(good, STATE, damage, scratch.resolve("folder"), TrainingStates::takeUp));
    }

    private static Runnable takeUp(Path folder) {
        try (TrainingFolder training = CheckpointPolicy.resume(folder).open(new Fingerprint(Map.of("model", "one")))) {
            training.done();
            training.begunIn();
        }
        return () -> {};
    }

    /** Another header of the length that it says it has. */
    static byte[] header(byte[] whole, Random random) {
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] json = new JsonDamage().of(Arrays.copyOfRange(whole, 8, 8 + length), random);
        return file(json, Arrays.copyOfRange(whole, 8 + length, whole.length));
    }

    /** A safetensors file. */
    static byte[] file(byte[] json, byte[] data) {
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(json.length).put(json).put(data).array();
    }
}
