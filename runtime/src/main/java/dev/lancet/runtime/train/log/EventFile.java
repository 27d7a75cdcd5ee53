package dev.lancet.runtime.train.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    private final OutputStream out;

    /** Creates a file in this folder, under a name that TensorBoard looks for. */
    public EventFile(Path folder) {
        double now = System.currentTimeMillis() / 1e3;
        try {
            Path file = folder.resolve("events.out.tfevents." + (long) now + ".lancet." + System.nanoTime());
            out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            write(Event.newBuilder().setWallTime(now).setFileVersion("brain.Event:2"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Tells TensorBoard to ignore points of earlier files from this step on, because a restarted training repeats them.
     */
    public void restarted(long step) {
        try {
            write(Event.newBuilder()
                    .setWallTime(System.currentTimeMillis() / 1e3)
                    .setStep(step)
                    .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds one point to each of these curves. */
    public void scalars(long step, Map<String, Double> values) {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((tag, value) ->
                summary.addValue(Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue())));
        try {
            write(Event.newBuilder()
                    .setWallTime(System.currentTimeMillis() / 1e3)
                    .setStep(step)
                    .setSummary(summary));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Event.Builder event) throws IOException {
        byte[] data = event.build().toByteArray();
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        out.write(length);
        out.write(masked(length));
        out.write(data);
        out.write(masked(data));
        out.flush();
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
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
