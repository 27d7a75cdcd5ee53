package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.FloatSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a llama2.c file. The file holds each kind of weight for all layers, linear layers as {@code [out,
 * in]}.
 */
final class Llama2cWeights implements Weights {

    private static final List<String> ORDER = List.of(
            "attn.norm.gain",
            "attn.q",
            "attn.k",
            "attn.v",
            "attn.o",
            "mlp.norm.gain",
            "mlp.gate",
            "mlp.down",
            "mlp.up");

    private final Path file;
    private final Transformer transformer;
    private final Map<String, Weight> weights = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private long end = Llama2c.HEADER;

    Llama2cWeights(Path file, Transformer transformer) {
        this.file = file;
        this.transformer = transformer;
        transformer.weights().forEach(weight -> weights.put(weight.name(), weight));
        place("embedding");
        for (String kind : ORDER) {
            for (int layer = 0; layer < transformer.layers(); layer++) {
                place("h." + layer + "." + kind);
            }
        }
        place("norm.gain");
        // Skip two tables of cosines and sines, which run.c no longer reads.
        end = Math.addExact(
                end,
                Math.multiplyExact(
                        4L * transformer.context(), transformer.attention().headWidth()));
        if (!transformer.tiedHead()) {
            place("head");
        }
    }

    private void place(String name) {
        offsets.put(name, end);
        Weight weight = weight(name);
        end = Math.addExact(end, Math.multiplyExact(4L * weight.rows(), weight.columns()));
    }

    private Weight weight(String name) {
        Weight weight = weights.get(name);
        if (weight == null) {
            throw missing(name);
        }
        return weight;
    }

    /** The length in bytes that the file must have. */
    long fileBytes() {
        return end;
    }

    @Override
    public List<ArraySpec> arrays() {
        return weights.values().stream().map(Llama2cWeights::arrays).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(weights.get(name)).map(Llama2cWeights::arrays);
    }

    private static ArraySpec arrays(Weight weight) {
        return new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape());
    }

    @Override
    public HostTensor read(String name) {
        Weight weight = weight(name);
        ByteBuffer mapped = map(weight, offsets.getOrDefault(name, 0L));
        if (!weight.role().linear()) {
            return new HostTensor(arrays(weight), mapped);
        }
        FloatSource source = new FloatSource(Dtype.F32, mapped);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(weight.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer into = bytes.asFloatBuffer();
        LayoutConversion.transpose(source, weight.columns(), weight.rows(), into);
        if (weight.role() == Role.QUERY || weight.role() == Role.KEY) {
            neighboursToHalves(into, weight);
        }
        return new HostTensor(arrays(weight), bytes);
    }

    private ByteBuffer map(Weight weight, long offset) {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(MapMode.READ_ONLY, offset, weight.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /** Reorders the columns of each head: column 2i moves to i, and column 2i + 1 moves to i + half. */
    private void neighboursToHalves(FloatBuffer matrix, Weight weight) {
        int head = transformer.attention().headWidth();
        int half = head / 2;
        float[] row = new float[weight.columns()];
        float[] turned = new float[weight.columns()];
        for (int r = 0; r < weight.rows(); r++) {
            matrix.get(r * row.length, row);
            for (int first = 0; first < row.length; first += head) {
                for (int i = 0; i < half; i++) {
                    turned[first + i] = row[first + 2 * i];
                    turned[first + half + i] = row[first + 2 * i + 1];
                }
            }
            matrix.put(r * row.length, turned);
        }
    }
}
