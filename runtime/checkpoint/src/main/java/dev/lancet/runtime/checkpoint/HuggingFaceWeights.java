package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.FloatArrayFile;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsShards;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights of a Hugging Face folder under Lancet's names, converted one at a time. */
final class HuggingFaceWeights implements Weights {

    private final SafetensorsShards files;
    private final Map<String, Place> places = new LinkedHashMap<>();

    private record Place(Weight weight, ArraySpec stored, TensorMapping slot) {}

    HuggingFaceWeights(SafetensorsShards files, Map<Weight, TensorMapping> slots) {
        this.files = files;
        slots.forEach((weight, mapping) -> places.put(
                weight.name(),
                new Place(weight, new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape()), mapping)));
    }

    @Override
    public List<ArraySpec> arrays() {
        return places.values().stream().map(Place::stored).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(places.get(name)).map(Place::stored);
    }

    @Override
    public HostTensor read(String name) {
        Place place = place(name);
        TensorMapping mapping = place.slot();
        Safetensors file = file(name);
        if (file.tensor(mapping.tensor()).dtype() == Dtype.F32 && mapping.isWhole(place.weight())) {
            return new HostTensor(place.stored(), file.map(mapping.tensor()));
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(place.weight().bytes())).order(ByteOrder.LITTLE_ENDIAN);
        take(place, bytes.asFloatBuffer());
        return new HostTensor(place.stored(), bytes);
    }

    @Override
    public float[] readFloats(String name) {
        Place place = place(name);
        float[] values = new float[Math.toIntExact(place.weight().parameters())];
        take(place, FloatBuffer.wrap(values));
        return values;
    }

    private void take(Place place, FloatBuffer into) {
        try (FloatArrayFile floats =
                file(place.weight().name()).floatFile(place.slot().tensor())) {
            LayoutConversion.take(floats, place.slot(), place.weight(), into);
        }
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw missing(name);
        }
        return place;
    }

    private Safetensors file(String name) {
        return files.fileOf(place(name).slot().tensor()).orElseThrow(() -> missing(name));
    }
}
