package dev.lancet.runtime.train.log;

import dev.lancet.io.AppendedFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * Curves for TensorBoard: a file of records. Each record has its length, a masked CRC-32C of the length, an {@code Event}
 * proto, and a masked CRC-32C of the proto (TensorFlow's {@code core/lib/io/record_writer.h}).
 */
public final class EventFile implements AutoCloseable {

    private static final int MASK_DELTA = 0xa282ead8;

    private final AppendedFile out;

    /** Creates a file in this folder, under a name that TensorBoard looks for. */
    public EventFile(Path folder) {
        double now = System.currentTimeMillis() / 1e3;
        out = AppendedFile.create(
                folder.resolve("events.out.tfevents." + (long) now + ".lancet." + System.nanoTime()));
        write(Event.newBuilder().setWallTime(now).setFileVersion("brain.Event:2"));
    }

    /**
     * Tells TensorBoard to ignore points of earlier files from this step on, because a restarted training repeats them.
     */
    public void restarted(long step) {
        write(Event.newBuilder()
                .setWallTime(System.currentTimeMillis() / 1e3)
                .setStep(step)
                .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
    }

    /** Adds one point to each of these curves. */
    public void scalars(long step, Map<String, Double> values) {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((tag, value) ->
                summary.addValue(Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue())));
        write(Event.newBuilder()
                .setWallTime(System.currentTimeMillis() / 1e3)
                .setStep(step)
                .setSummary(summary));
    }

    private void write(Event.Builder event) {
        byte[] data = event.build().toByteArray();
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        ByteBuffer record = ByteBuffer.allocate(length.length + data.length + 2 * Integer.BYTES);
        record.put(length).put(masked(length)).put(data).put(masked(data));
        out.add(record.array());
    }

    private static byte[] masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    @Override
    public void close() {
        out.close();
    }
}
