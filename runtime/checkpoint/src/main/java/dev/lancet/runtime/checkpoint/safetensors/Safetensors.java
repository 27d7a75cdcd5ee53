package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A safetensors file. Opening it reads and checks the header. Each array is memory-mapped on demand. No file stays open
 * between two reads. If Lancet wrote the file, the first read of an array compares its checksum.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class Safetensors {

    /** The longest header, as in the reference implementation. */
    static final long LONGEST_HEADER = 100_000_000;

    private static final int LENGTH = Long.BYTES;
    private static final int PART = 1 << 18;

    private final Path file;
    private final SafetensorsHeader header;
    private final ArrayVerification verification;

    private Safetensors(Path file, SafetensorsHeader header) {
        this.file = file;
        this.header = header;
        verification = new ArrayVerification(file, header);
    }

    /**
     * Reads and checks the header of a file.
     *
     * @throws LancetException if the file does not exist, or is not complete, well-formed safetensors
     */
    public static Safetensors open(Path file) {
        try (FileChannel channel = FileChannel.open(PlainFile.require(file))) {
            long size = channel.size();
            if (size < LENGTH) {
                throw new LancetException(file + ": " + size + " bytes are too few for a safetensors file,"
                        + " which begins with"
                        + " the length of its header in 8 bytes; get the file again");
            }
            long length =
                    read(channel, 0, LENGTH).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length < 0 || length > size - LENGTH) {
                throw new LancetException(file + ": a header of " + Long.toUnsignedString(length)
                        + " bytes is longer than the file, which has " + size
                        + "; check that it is a complete safetensors file, or get it again");
            }
            if (length > LONGEST_HEADER) {
                throw new LancetException(file + ": a header of " + length + " bytes is above the limit of "
                        + LONGEST_HEADER + "; check that it is a safetensors file, or get it again");
            }
            long data = LENGTH + length;
            byte[] json = read(channel, LENGTH, (int) length).array();
            return new Safetensors(file, SafetensorsHeader.parse(file, json, data, size - data));
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** All arrays, in the order of the header. */
    public List<SafetensorsEntry> tensors() {
        return List.copyOf(header.tensors().values());
    }

    /** The texts under {@code __metadata__}, without the checksums. */
    public Map<String, String> metadata() {
        return header.metadata().entrySet().stream()
                .filter(entry -> !entry.getKey().equals(ArrayChecksums.KEY))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The checksums of the arrays, which the file has if Lancet wrote it. */
    public ArrayVerification verification() {
        return verification;
    }

    /** The description of the array with this name, or empty. */
    public Optional<SafetensorsEntry> find(String name) {
        return Optional.ofNullable(header.tensors().get(name));
    }

    /**
     * The description of the array with this name.
     *
     * @throws LancetException if no array has this name; the message lists similar names
     */
    public SafetensorsEntry tensor(String name) {
        return find(name)
                .orElseThrow(() -> new LancetException(file + ": there is no tensor '" + name + "'; near it: "
                        + Plan.nearMisses(name, List.copyOf(header.tensors().keySet()))));
    }

    /**
     * The bytes of an array of any dtype, little-endian, mapped from the file and read-only.
     *
     * @throws LancetException if the array is missing, or is larger than the 2 GB that one mapping can hold
     */
    public ByteBuffer map(String name) {
        SafetensorsEntry tensor = tensor(name);
        if (tensor.bytes() > Integer.MAX_VALUE) {
            throw new LancetException(file + ": tensor " + tensor + " has " + tensor.bytes() + " bytes, but one"
                    + " array holds"
                    + " at most " + Integer.MAX_VALUE + " on the JVM; split it first");
        }
        verification.require(tensor);
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() < tensor.offset() + tensor.bytes()) {
                throw new LancetException(file + ": has shrunk to " + channel.size()
                        + " bytes since it was opened; get it again and reopen it");
            }
            return channel.map(MapMode.READ_ONLY, tensor.offset(), tensor.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /**
     * Passes the bytes of an array of any dtype to a consumer in consecutive parts, through one small buffer, without
     * mapping.
     *
     * @throws LancetException if the array is missing or the file cannot be read
     */
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        SafetensorsEntry tensor = tensor(name);
        verification.require(tensor);
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(PART, tensor.bytes()));
            for (long done = 0; done < tensor.bytes(); done += buffer.limit()) {
                buffer.clear().limit((int) Math.min(PART, tensor.bytes() - done));
                fill(buffer, channel, tensor.offset() + done);
                parts.accept(buffer.flip().asReadOnlyBuffer());
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /**
     * The values of an F32, F16 or BF16 array, converted to float32 without loss, in row-major order, {@code
     * [elements]}.
     *
     * @throws LancetException if the array is missing, has another dtype, or is too long for one Java array
     */
    public float[] floats(String name) {
        FloatSource source = floatSource(name);
        float[] values = new float[source.length()];
        source.copy(0, values, 0, values.length);
        return values;
    }

    /**
     * The bytes of an I8 or U8 array in row-major order, {@code [elements]}.
     *
     * @throws LancetException if the array is missing, has another dtype, or is too long for one Java array
     */
    public byte[] bytes(String name) {
        SafetensorsEntry tensor = tensor(name);
        if (tensor.dtype() != Dtype.I8 && tensor.dtype() != Dtype.U8) {
            throw new LancetException(file + ": tensor " + tensor + " does not hold codes; codes must be I8 or U8");
        }
        ByteBuffer mapped = map(name);
        byte[] values = new byte[mapped.remaining()];
        mapped.get(values);
        return values;
    }

    public FloatSource floatSource(String name) {
        SafetensorsEntry tensor = tensor(name);
        if (!tensor.dtype().weights()) {
            throw noWeights(file, tensor);
        }
        return new FloatSource(tensor.dtype(), map(name));
    }

    /**
     * The values of an F32, F16 or BF16 array, read from the file without mapping.
     *
     * @throws LancetException if the array is missing, has another dtype, or is too long for one Java array
     */
    public FloatArrayFile floatFile(String name) {
        SafetensorsEntry tensor = tensor(name);
        if (!tensor.dtype().weights()) {
            throw noWeights(file, tensor);
        }
        verification.require(tensor);
        return new FloatArrayFile(file, tensor);
    }

    public static LancetException noWeights(Path file, SafetensorsEntry tensor) {
        return new LancetException(file + ": tensor " + tensor
                + " does not hold weights, which must be F32, F16 or BF16; convert" + " it first");
    }

    public static ByteBuffer read(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        fill(buffer, channel, offset);
        return buffer.flip();
    }

    static void fill(ByteBuffer buffer, FileChannel channel, long offset) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
    }
}
