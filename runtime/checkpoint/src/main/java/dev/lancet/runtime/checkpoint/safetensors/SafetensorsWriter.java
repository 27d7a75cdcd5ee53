package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a safetensors file: first all descriptions, then the arrays one at a time in any order. {@link #finish}
 * flushes the complete file to the disk and gives it its name. If the writer is closed before that, no file remains. The
 * file has a checksum of each array, see {@link ArrayChecksums}.
 */
public final class SafetensorsWriter implements WeightWriter {

    private static final int ALIGNMENT = 8;

    /** Opens a file that does not exist yet. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path path) throws IOException;
    }

    private final AtomicFile file;
    private final Path shown;
    private final FileChannel channel;
    private final Map<String, Place> missing = new LinkedHashMap<>();

    /** The position of each array, counted from the first byte of data. */
    private record Place(ArraySpec stored, long offset) {}

    private final List<Place> places = new ArrayList<>();
    private final ArrayChecksums checksums = new ArrayChecksums();
    private long dataBegin;
    private long checksumsBegin;

    private SafetensorsWriter(AtomicFile file, Path shown, FileChannel channel) {
        this.file = file;
        this.shown = shown;
        this.channel = channel;
    }

    /**
     * Begins a file in a folder that the caller has locked.
     *
     * @param metadata the texts of {@code __metadata__}
     * @param tensors the arrays that will be written; each name once
     * @throws LancetException if the file exists or cannot be written, or if the disk has no room for it
     */
    public static SafetensorsWriter create(Path file, Map<String, String> metadata, List<ArraySpec> tensors) {
        return create(AtomicFile.create(file, file), file, metadata, tensors, AtomicFile::open);
    }

    /** Begins a file in a folder that is itself being written. */
    public static SafetensorsWriter create(
            AtomicFolder folder, String name, Map<String, String> metadata, List<ArraySpec> tensors) {
        Path shown = folder.shown(name);
        return create(AtomicFile.create(folder.partial(name), shown), shown, metadata, tensors, AtomicFile::open);
    }

    /**
     * Begins a file in a folder that is itself being written, or continues the one that an earlier process left there with
     * the same description. {@link #takeUp} tells which arrays are there already.
     *
     * @param file the file to write
     * @param shown what messages call it
     */
    public static SafetensorsWriter resume(
            Path file, Path shown, Map<String, String> metadata, List<ArraySpec> tensors) {
        return create(AtomicFile.resumable(file, shown), shown, metadata, tensors, AtomicFile::reopen);
    }

    /**
     * Takes an array that an earlier process wrote, whose {@link #checksum} was this one.
     *
     * @return false if it has changed since; then it must be written again
     */
    public boolean takeUp(String array, int checksum) {
        Place place = Objects.requireNonNull(missing.get(array), array);
        try (FileChannel read = FileChannel.open(file.partial())) {
            if (!ArrayChecksums.match(
                    read, dataBegin + place.offset(), place.stored().bytes(), checksum)) {
                return false;
            }
        } catch (IOException wrong) {
            throw IoErrors.reading(shown, wrong);
        }
        checksums.put(array, checksum);
        missing.remove(array);
        return true;
    }

    /** The CRC-32C of an array that is written. */
    public int checksum(String array) {
        return checksums.of(array);
    }

    /** Waits until all that was written is on the disk. */
    public void flush() {
        try {
            channel.force(false);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    /** Begins a file that a given function opens, so that tests can make writing fail. */
    static SafetensorsWriter create(
            AtomicFile file, Path shown, Map<String, String> metadata, List<ArraySpec> tensors, Opener opener) {
        SafetensorsWriter writer;
        try {
            file.requireRoom(tensors.stream().mapToLong(ArraySpec::bytes).sum());
            writer = new SafetensorsWriter(file, shown, opener.open(file.partial()));
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
        try {
            writer.describe(metadata, tensors);
            return writer;
        } catch (IOException wrong) {
            writer.close();
            throw IoErrors.writing(shown, wrong);
        } catch (RuntimeException wrong) {
            writer.close();
            throw wrong;
        }
    }

    private void describe(Map<String, String> metadata, List<ArraySpec> tensors) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        Map<String, String> texts = new TreeMap<>(metadata);
        texts.put(ArrayChecksums.KEY, ArrayChecksums.reserved(tensors.size()));
        header.put("__metadata__", texts);
        long end = 0;
        for (ArraySpec tensor : alignedOrder(tensors)) {
            Place place = new Place(tensor, end);
            places.add(place);
            if (missing.put(tensor.name(), place) != null) {
                throw new IllegalArgumentException("safetensors: '" + tensor.name() + "' is described twice");
            }
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("dtype", Dtype.of(tensor.type()).name());
            description.put("shape", tensor.shape());
            description.put("data_offsets", List.of(end, end + tensor.bytes()));
            header.put(tensor.name(), description);
            end += tensor.bytes();
        }
        String text = JsonMapper.shared().writeValueAsString(header);
        byte[] json = padded(text);
        String before = "\"" + ArrayChecksums.KEY + "\":\"";
        String ahead = text.substring(0, text.indexOf(before) + before.length());
        checksumsBegin = (long) Long.BYTES + ahead.getBytes(StandardCharsets.UTF_8).length;
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        write(0, length.putLong(json.length).flip());
        write(Long.BYTES, ByteBuffer.wrap(json));
        dataBegin = (long) Long.BYTES + json.length;
    }

    /** The header with spaces at the end, so that the data after it is aligned. */
    private static byte[] padded(String json) {
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat(Math.floorMod(-length, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Puts floats before bytes, so that each float is at a multiple of 4. The reference implementation does the same.
     */
    private static List<ArraySpec> alignedOrder(List<ArraySpec> tensors) {
        List<ArraySpec> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingInt(tensor -> -tensor.type().bytes()));
        return sorted;
    }

    /**
     * Writes one array.
     *
     * @throws LancetException if the array cannot be written, for example because the disk is full
     * @throws IllegalArgumentException if the array was not described, has another description, or was already written
     */
    @Override
    public void accept(HostTensor tensor) {
        Place place = missing.get(tensor.name());
        if (place == null || !tensor.spec().equals(place.stored())) {
            throw new IllegalArgumentException("safetensors: " + tensor.spec() + " is not one of the arrays still to be"
                    + " written to " + shown + "; describe each array once and write it once");
        }
        try {
            checksums.put(tensor.name(), ArrayChecksums.of(tensor.bytes()));
            write(dataBegin + place.offset(), tensor.bytes());
            missing.remove(tensor.name());
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    private void write(long offset, ByteBuffer bytes) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /**
     * Flushes the file to the disk and gives it its final name.
     *
     * @throws IllegalStateException if an array has not been written yet
     */
    @Override
    public void finish() {
        if (!missing.isEmpty()) {
            Set<String> names = missing.keySet();
            throw new IllegalStateException("safetensors: " + names + " have not been written yet to " + shown);
        }
        try {
            write(checksumsBegin, ByteBuffer.wrap(checksums.entry().getBytes(StandardCharsets.US_ASCII)));
            channel.close();
            file.finish();
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    /** Closes the writer. Without {@link #finish} before, no file remains. */
    @Override
    public void close() {
        try {
            channel.close();
            file.close();
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }
}
