package dev.lancet.tests.fuzz;

import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.tests.text.NativeTokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tokenizers. */
final class Tokenizers {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String TEXT = "The Committee, naïve 東京, decided:\n 0.25 percent!  ";
    private static final int WORDS = 400;

    private Tokenizers() {}

    static List<Sample> huggingFace(Path scratch) throws IOException {
        byte[] whole = Files.readAllBytes(FIXTURES.resolve("tokenizer-gpt2/tokenizer.json"));
        byte[] small = small(whole, "null");
        // Not of plain byte pairs, so that the native library reads it.
        byte[] foreign = small(
                whole,
                "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"  +\"},\"content\":\" \"}]}");
        Damage once = Damage.head(1800, new JsonDamage());
        Damage json = ((Damage) Damage::blind).or(new JsonDamage()).often();
        Damage head = Damage.head(1500, new JsonDamage()).or(json);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            samples.add(Sample.alone(
                    small, i % 2 == 0 ? head : json, scratch.resolve("tokenizer.json"), Tokenizers::there));
        }
        for (int i = 0; i < 24; i++) {
            samples.add(Sample.alone(
                    foreign, i % 3 > 0 ? once : json, scratch.resolve("tokenizer.json"), Tokenizers::there));
        }
        samples.add(Sample.alone(whole, json, scratch.resolve("whole.json"), Tokenizers::there));
        return samples;
    }

    /** The first words of a vocabulary, and the merges among them. */
    private static byte[] small(byte[] whole, String normalizer) {
        ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(whole);
        ObjectNode model = (ObjectNode) root.get("model");
        ObjectNode words = JsonMapper.shared().createObjectNode();
        model.get("vocab").properties().stream()
                .filter(word -> word.getValue().asInt() < WORDS)
                .forEach(word -> words.set(word.getKey(), word.getValue()));
        Set<String> known = new HashSet<>(words.propertyNames());
        ArrayNode merges = JsonMapper.shared().createArrayNode();
        for (JsonNode merge : model.get("merges")) {
            List<String> parts = merge.isArray()
                    ? List.of(merge.get(0).asString(), merge.get(1).asString())
                    : List.of(merge.asString().split(" ", 2));
            if (known.contains(parts.get(0))
                    && known.contains(parts.get(1))
                    && known.contains(String.join("", parts))) {
                merges.add(merge);
            }
        }
        root.set("normalizer", JsonMapper.shared().readTree(normalizer));
        model.set("vocab", words);
        model.set("merges", merges);
        return JsonMapper.shared().writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    }

    /** Half of the damage is to the parts before the vocabulary, in files of a kilobyte. */
    static List<Sample> nativeKinds(Path scratch) throws IOException {
        Damage damage = new JsonDamage().or(new JsonDamage().often()).or(new JsonDamage().or(Damage::blind));
        List<Sample> samples = new ArrayList<>();
        for (Map.Entry<String, String> good : NativeTokenizerFiles.good().entrySet()) {
            byte[] whole = good.getValue().getBytes(StandardCharsets.UTF_8);
            samples.add(Sample.alone(whole, damage, scratch.resolve(good.getKey() + ".json"), Tokenizers::there));
        }
        return samples;
    }

    static List<Sample> llama2c(Path scratch) throws IOException {
        byte[] whole = Files.readAllBytes(FIXTURES.resolve("stories260K/tok512.bin"));
        return List.of(Sample.alone(whole, Damage::blind, scratch.resolve("tok512.bin"), Tokenizers::there));
    }

    private static Runnable there(Path file) {
        Tokenizer tokenizer = Tokenizer.open(file);
        return () -> {
            try (tokenizer) {
                tokenizer.begin();
                tokenizer.end();
                tokenizer.decode(tokenizer.encode(TEXT));
                tokenizer.decode(tokenizer.encode(TEXT, false));
            }
        };
    }
}
