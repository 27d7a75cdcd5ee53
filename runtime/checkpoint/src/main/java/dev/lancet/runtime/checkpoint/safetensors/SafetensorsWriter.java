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
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a safetensors file: all descriptions first, then the arrays one at a time in any order. The file appears under its
 * name, whole and flushed to the disk, when {@link #finish} is called; closed before that, nothing remains of it.
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

    /** Where an array goes, counted from the first byte of data. */
    private record Place(ArraySpec stored, long offset) {}

    private long dataBegin;

    private SafetensorsWriter(AtomicFile file, Path shown, FileChannel channel) {
        this.file = file;
        this.shown = shown;
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
        return create(AtomicFile.create(file), file, metadata, tensors, AtomicFile::open);
    }

    /** Begins a file in a folder that is being written. */
    public static SafetensorsWriter create(
            AtomicFolder folder, String name, Map<String, String> metadata, List<ArraySpec> tensors) {
        Path shown = folder.shown(name);
        return create(AtomicFile.create(folder.partial(name), shown), shown, metadata, tensors, AtomicFile::open);
    }

    /** As above, with a way to open the file that tests can make fail. */
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
        byte[] json = padded(JsonMapper.shared().writeValueAsString(header));
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        write(0, length.putLong(json.length).flip());
        write(Long.BYTES, ByteBuffer.wrap(json));
        dataBegin = (long) Long.BYTES + json.length;
    }

    /** Spaces at the end of the header align the data behind it. */
    private static byte[] padded(String json) {
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat(Math.floorMod(-length, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
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
            channel.close();
            file.finish();
        } catch (IOException wrong) {
            throw IoErrors.writing(shown, wrong);
        }
    }

    /** Ends the work; without {@link #finish} before, nothing remains of the file. */
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
