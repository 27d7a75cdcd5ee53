package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.PlainFile;
import dev.lancet.io.SafeFileName;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The tensors of a Hugging Face folder, in {@code model.safetensors} or in the shards of an index. */
public final class SafetensorsShards {

    public static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Path source;
    private final Map<String, Safetensors> byName;

    private SafetensorsShards(Path source, Map<String, Safetensors> byName) {
        this.source = source;
        this.byName = byName;
    }

    public static SafetensorsShards open(Path folder) {
        Path single = PlainFile.inside(folder, SINGLE);
        if (Files.exists(single)) {
            Safetensors file = Safetensors.open(single);
            Map<String, Safetensors> byName = new LinkedHashMap<>();
            file.tensors().forEach(tensor -> byName.put(tensor.name(), file));
            return new SafetensorsShards(single, byName);
        }
        Path index = PlainFile.inside(folder, INDEX);
        if (Files.exists(index)) {
            return sharded(folder, index);
        }
        throw new LancetException(
                folder + ": has neither " + SINGLE + " nor " + INDEX + "; convert the weights to safetensors first");
    }

    /** The common type of all weights, or float32 if they have different types. */
    public Dtype storedType() {
        Set<Dtype> types = EnumSet.noneOf(Dtype.class);
        byName.forEach((name, file) -> types.add(file.tensor(name).dtype()));
        types.removeIf(type -> !type.weights());
        return types.size() == 1 ? types.iterator().next() : Dtype.F32;
    }

    private static SafetensorsShards sharded(Path folder, Path index) {
        ConfigJson json = ConfigJson.read(index);
        ConfigJson weightMap = json.object("weight_map").orElseThrow(() -> json.missing("weight_map"));
        Map<String, Safetensors> shards = new TreeMap<>();
        Map<String, Safetensors> byName = new LinkedHashMap<>();
        for (String tensor : weightMap.node().propertyNames()) {
            String shard = weightMap.requiredText(tensor);
            Safetensors file = shards.computeIfAbsent(shard, name -> openShard(folder, index, name));
            if (file.find(tensor).isEmpty()) {
                throw new LancetException(index + ": tensor '" + tensor + "' is not in shard '" + shard
                        + "', although the index lists it there; get the files again");
            }
            byName.put(tensor, file);
        }
        shards.values().forEach(file -> file.tensors().forEach(tensor -> byName.putIfAbsent(tensor.name(), file)));
        return new SafetensorsShards(index, byName);
    }

    private static Safetensors openShard(Path folder, Path index, String name) {
        if (!SafeFileName.is(name)) {
            throw new LancetException(index + ": shard '" + name
                    + "' is not a plain file name; write the name of a file beside" + " the index");
        }
        Path file = PlainFile.inside(folder, name);
        if (!Files.exists(file)) {
            throw new LancetException(index + ": shard '" + name + "' is not in the folder; get it as well");
        }
        return Safetensors.open(file);
    }

    /** The file or index, for messages. */
    public Path source() {
        return source;
    }

    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    public Optional<Safetensors> fileOf(String tensor) {
        return Optional.ofNullable(byName.get(tensor));
    }
}
