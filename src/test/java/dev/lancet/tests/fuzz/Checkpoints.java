package dev.lancet.tests.fuzz;

import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.ModelFolder;
import dev.lancet.runtime.checkpoint.peft.Peft;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Checkpoints of transformers: Hugging Face, llama2.c, Lancet. */
final class Checkpoints {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Damage JSON =
            ((Damage) Damage::blind).or(new JsonDamage().or(new JsonDamage())).often();
    private static final String ARRAYS = "model.safetensors";

    private Checkpoints() {}

    static List<Sample> safetensors(Path scratch) throws IOException {
        Path qwen = FIXTURES.resolve("hf-qwen2-tiny");
        Path gpt = FIXTURES.resolve("hf-gpt2-tiny");
        Path part = FIXTURES.resolve("hf-llama-tiny-sharded/model-00003-of-00003.safetensors");
        Damage damage = Damage.head(4000, Damage::blind).or(Checkpoints::header);
        return List.of(
                Sample.alone(Files.readAllBytes(part), damage, scratch.resolve("one.safetensors"), Checkpoints::arrays),
                Sample.inFolder(gpt, ARRAYS, damage, scratch.resolve("gpt2"), Checkpoints::open),
                Sample.inFolder(qwen, ARRAYS, damage, scratch.resolve("qwen2"), Checkpoints::open));
    }

    /** Another header of the length that it says it has. */
    private static byte[] header(byte[] whole, Random random) {
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] header = JSON.of(Arrays.copyOfRange(whole, Long.BYTES, Long.BYTES + length), random);
        byte[] prefix = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array();
        byte[] data = Arrays.copyOfRange(whole, Long.BYTES + length, whole.length);
        return Damage.joined(Damage.joined(prefix, header), data);
    }

    static List<Sample> shards(Path scratch) throws IOException {
        Path folder = FIXTURES.resolve("hf-llama-tiny-sharded");
        return List.of(Sample.inFolder(folder, ARRAYS + ".index.json", JSON, scratch, Checkpoints::open));
    }

    static List<Sample> configs(Path scratch) throws IOException {
        List<String> folders = List.of(
                "hf-gpt2-tiny", "hf-llama-tiny-gqa", "hf-llama-tiny-sharded", "hf-mistral-tiny", "hf-qwen2-tiny");
        List<Sample> samples = new java.util.ArrayList<>();
        for (String folder : folders) {
            samples.add(Sample.inFolder(
                    FIXTURES.resolve(folder), "config.json", JSON, scratch.resolve(folder), Checkpoints::open));
        }
        return samples;
    }

    static List<Sample> llama2c(Path scratch) throws IOException {
        byte[] whole = Files.readAllBytes(FIXTURES.resolve("stories260K/stories260K.bin"));
        Damage damage = Damage.head(28, Damage::blind).or(Damage::blind);
        return List.of(Sample.alone(whole, damage, scratch.resolve("stories.bin"), Checkpoints::open));
    }

    static List<Sample> manifest(Path scratch) throws IOException {
        Path saved = saved(scratch);
        return List.of(Sample.inFolder(saved, "lancet.json", JSON, scratch.resolve("folder"), Checkpoints::lancet));
    }

    static List<Sample> plan(Path scratch) throws IOException {
        Path saved = saved(scratch);
        return List.of(Sample.inFolder(saved, "plan.json", JSON, scratch.resolve("folder"), Checkpoints::lancet));
    }

    static List<Sample> adapters(Path scratch) throws IOException {
        Checkpoint base = Checkpoint.open(FIXTURES.resolve("stories260K/stories260K.bin"));
        Path adapter = FIXTURES.resolve("peft-lora-stories260K");
        Sample.Opening opening = folder -> {
            Peft.Adapters read = Peft.open(folder, base.transformer(), base.plan());
            return () -> read.arrays().arrays().forEach(array -> read.arrays().read(array.name()));
        };
        Damage header = Damage.head(4000, Damage::blind).or(Checkpoints::header);
        return List.of(
                Sample.inFolder(adapter, "adapter_config.json", JSON, scratch.resolve("config"), opening),
                Sample.inFolder(adapter, "adapter_model.safetensors", header, scratch.resolve("arrays"), opening));
    }

    private static Path saved(Path scratch) throws IOException {
        Path folder = Files.createDirectories(scratch).resolve("saved");
        Transformer tiny = Transformer.decoder("tiny")
                .vocabulary(64)
                .context(16)
                .width(16)
                .layers(2)
                .attention(dev.lancet.dsl.Attention.heads(4).kv(2))
                .feedForward(dev.lancet.dsl.FeedForward.swiglu(24))
                .build();
        Compression small = Compression.keepAll().on(everything()).quantize(int8());
        try (Model model = Model.create(tiny, small, 7)) {
            model.save(folder);
        }
        return folder;
    }

    private static Runnable arrays(Path file) {
        Safetensors opened = Safetensors.open(file);
        for (SafetensorsEntry tensor : opened.tensors()) {
            opened.map(tensor.name());
            if (tensor.dtype().weights()) {
                opened.floats(tensor.name());
            }
        }
        return () -> {};
    }

    private static Runnable lancet(Path folder) {
        ModelFolder opened = ModelFolder.open(folder);
        open(folder).run();
        return opened::verify;
    }

    private static Runnable open(Path path) {
        Checkpoint found = Checkpoint.open(path);
        Sample.print(Plan.of(found.transformer(), Compression.keepAll()), found.plan());
        found.weights().arrays().forEach(array -> found.weights().read(array.name()));
        return () -> {};
    }
}
