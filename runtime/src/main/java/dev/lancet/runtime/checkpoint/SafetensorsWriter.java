package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.runtime.file.PartialPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a safetensors file: all descriptions first, then the arrays one at a time in any order. The file appears under its
 * name, whole and flushed to the disk, when {@link #finish} is called; closed before that, nothing remains of it.
 */
public final class SafetensorsWriter implements WeightWriter {

    private static final int ALIGNMENT = 8;

    private final Path file;
    private final Path shown;
    private final Path partial;
    private final FileChannel channel;
    private final Map<String, Place> missing = new LinkedHashMap<>();

    /** Where an array goes, counted from the first byte of data. */
    private record Place(ArraySpec stored, long offset) {}

    private long dataBegin;

    private SafetensorsWriter(Path file, Path shown, Path partial, FileChannel channel) {
        this.file = file;
        this.shown = shown;
        this.partial = partial;
        this.channel = channel;
    }

    /**
     * Begins a file.
     *
     * @param metadata texts for {@code __metadata__}
     * @param tensors what will be written; each name once
     * @throws LancetException if the file exists, or cannot be written, or the disk has no room for it
     */
    public static SafetensorsWriter create(Path file, Map<String, String> metadata, List<ArraySpec> tensors) {
        if (Files.exists(file)) {
            throw IoErrors.exists(file);
        }
        return create(file, file, metadata, tensors, AtomicFile::open);
    }

    /** As above, with the name that messages give the file, and a way to open one that tests can make fail. */
    static SafetensorsWriter create(
            Path file, Path shown, Map<String, String> metadata, List<ArraySpec> tensors, AtomicFile.Opener opener) {
        Path partial = PartialPath.of(file);
        SafetensorsWriter writer;
        try {
            AtomicFile.requireRoom(
                    file, shown, tensors.stream().mapToLong(ArraySpec::bytes).sum());
            writer = new SafetensorsWriter(file, shown, partial, opener.open(partial));
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
        if (!metadata.isEmpty()) {
            header.put("__metadata__", new TreeMap<>(metadata));
        }
        long end = 0;
        for (ArraySpec tensor : alignedOrder(tensors)) {
            if (missing.put(tensor.name(), new Place(tensor, end)) != null) {
                throw new IllegalArgumentException("safetensors: '" + tensor.name() + "' is described twice");
            }
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("dtype", Dtype.of(tensor.type()).name());
            description.put("shape", tensor.shape());
            description.put("data_offsets", List.of(end, end + tensor.bytes()));
            header.put(tensor.name(), description);
            end += tensor.bytes();
        }
        byte[] json = HeaderJson.write(header, ALIGNMENT);
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        write(0, length.putLong(json.length).flip());
        write(Long.BYTES, ByteBuffer.wrap(json));
        dataBegin = (long) Long.BYTES + json.length;
    }

    /** Floats before bytes, so that every float lies at a multiple of 4: the reference implementation sorts so too. */
    private static List<ArraySpec> alignedOrder(List<ArraySpec> tensors) {
        List<ArraySpec> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingInt(tensor -> -tensor.type().bytes()));
        return sorted;
    }

    /**
     * Writes one array.
     *
     * @throws LancetException if it cannot be written, for instance because the disk is full
     * @throws IllegalArgumentException if it was not described, or differently, or was written before
     */
    @Override
    public void accept(HostTensor tensor) {
        Place place = missing.get(tensor.name());
        if (place == null || !tensor.spec().equals(place.stored())) {
            throw new IllegalArgumentException("safetensors: " + tensor.spec() + " is not among what is still to be"
                    + " written to " + shown + "; describe each array once and write it once");
        }
        try {
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
     * Flushes the file to the disk and gives it its name.
     *
     * @throws IllegalStateException if an array is still missing
     */
    @Override
    public void finish() {
        if (!missing.isEmpty()) {
            Set<String> names = missing.keySet();
            throw new IllegalStateException("safetensors: " + names + " are still to be written to " + shown);
        }
        try {
            channel.force(true);
            channel.close();
            AtomicFile.publish(partial, file);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    /** Ends the work; without {@link #finish} before, nothing remains of the file. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(partial);
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }
}
