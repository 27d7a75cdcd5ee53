package dev.lancet.tests.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.Lancet;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedModelsComeBackTest {

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf-gpt2-tiny",
                "hf-llama-tiny-gqa",
                "hf-llama-tiny-sharded",
                "hf-mistral-tiny",
                "hf-qwen2-tiny",
                "hf-qwen3-tiny",
                "stories260K-hf"
            })
    void a_hugging_face_folder_comes_back(String fixture) {
        Path source = Folders.FIXTURES.resolve(fixture);
        var before = Folders.content(source);
        Checkpoint read = Checkpoint.open(source);
        Path out = temporary.resolve("deep/down").resolve(fixture);
        HuggingFace.write(out, read.transformer(), read.weights(), read.tokenizer());
        Checkpoint again = Checkpoint.open(out);
        assertThat(again.transformer()).isEqualTo(read.transformer());
        sameContent(again.weights(), read.weights());
        assertThat(again.unused()).isEmpty();
        assertThat(again.tokenizer().isPresent()).isEqualTo(read.tokenizer().isPresent());
        assertThat(temporary.resolve("deep/down")).isDirectoryNotContaining("glob:**/.*");
        assertThat(Folders.content(source)).isEqualTo(before);
    }

    @Test
    void stretched_positions_windows_and_biases_come_back() {
        Transformer stories =
                Checkpoint.open(Folders.FIXTURES.resolve("hf-llama-tiny-gqa")).transformer();
        Position.Rotary rotary = Position.rotary(500_000);
        List<Transformer> some = List.of(
                with(
                        stories,
                        rotary.scaling(Position.linearScaling(4)),
                        stories.attention().bias()),
                with(stories, rotary.scaling(Position.llama3Scaling(8, 1, 4, 64)), stories.attention()),
                with(stories, rotary, stories.attention().window(16)),
                with(stories, rotary, stories.attention().qkvBias().window(16)),
                with(stories, rotary, stories.attention().qkNorm(stories.norm())),
                with(stories, rotary, stories.attention().bias().window(16).qkNorm(stories.norm())));
        for (Transformer transformer : some) {
            Path out = temporary.resolve("m" + some.indexOf(transformer)).resolve(transformer.name());
            Plan plan = Plan.dense(transformer);
            HuggingFace.write(out, transformer, random(plan), Optional.empty());
            assertThat(HuggingFace.transformer(out)).isEqualTo(transformer);
            sameContent(Checkpoint.open(out).weights(), random(plan));
        }
    }

    private static Transformer with(Transformer one, Position position, dev.lancet.dsl.Attention attention) {
        return new Transformer(
                one.name(),
                one.vocabulary(),
                one.context(),
                one.width(),
                one.layers(),
                attention,
                one.feedForward(),
                one.norm(),
                position,
                one.tiedHead());
    }

    @Test
    void a_compressed_model_comes_back_exactly() throws IOException {
        Checkpoint read = Checkpoint.open(Folders.FIXTURES.resolve("stories260K-hf"));
        Plan plan = Plan.of(
                read.transformer(),
                Compression.keepAll()
                        .on(Lancet.everything())
                        .quantize(Lancet.int8())
                        .on(Lancet.feedForward())
                        .factorise(Lancet.ratio(0.5), Lancet.int4(32))
                        .on(Lancet.attention())
                        .quantize(Lancet.int4(32).asymmetric().doubleQuantized()));
        Weights weights = random(plan);
        Path out = temporary.resolve("model");
        ModelFolder.save(out, read.transformer(), plan, weights, read.tokenizer(), OptionalLong.of(7));
        ModelFolder again = ModelFolder.open(out);
        again.verify();
        assertThat(again.checkpoint().plan()).isEqualTo(plan);
        assertThat(again.checkpoint().transformer()).isEqualTo(read.transformer());
        assertThat(again.manifest().seed()).hasValue(7);
        assertThat(again.manifest().tensorflow()).isEqualTo("1.1.0");
        assertThat(again.checkpoint().tokenizer()).hasValue(out.resolve("tok512.bin"));
        sameContent(again.checkpoint().weights(), weights);
        assertThat(Folders.content(temporary).keySet())
                .containsExactly("model/lancet.json", "model/model.safetensors", "model/plan.json", "model/tok512.bin");
        assertThat(Files.readString(out.resolve("lancet.json"))).doesNotContain(temporary.toString());
        assertThat(Format.of(out)).isEqualTo(Format.LANCET);
    }

    @Test
    void a_folder_that_exists_is_left_alone() throws IOException {
        Checkpoint read = Checkpoint.open(Folders.FIXTURES.resolve("hf-gpt2-tiny"));
        Path out = Files.createDirectory(temporary.resolve("mine"));
        String message = out + ": exists already; choose another path or remove it first";
        assertThatThrownBy(() -> HuggingFace.write(out, read.transformer(), read.weights(), Optional.empty()))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> save(out, read))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void a_failure_half_way_leaves_nothing() {
        Checkpoint read = Checkpoint.open(Folders.FIXTURES.resolve("hf-gpt2-tiny"));
        Weights failing = new Weights() {
            @Override
            public List<ArraySpec> arrays() {
                return read.weights().arrays();
            }

            @Override
            public HostTensor read(String name) {
                if (name.equals("h.1.mlp.up")) {
                    throw new LancetException("the disk is gone");
                }
                return read.weights().read(name);
            }
        };
        Path out = temporary.resolve("a/b/c");
        assertThatThrownBy(() -> HuggingFace.write(out, read.transformer(), failing, Optional.empty()))
                .hasMessage("the disk is gone");
        assertThatThrownBy(() -> ModelFolder.save(
                        out, read.transformer(), read.plan(), failing, Optional.empty(), OptionalLong.empty()))
                .hasMessage("the disk is gone");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void a_place_that_cannot_be_written() throws IOException {
        Checkpoint read = Checkpoint.open(Folders.FIXTURES.resolve("hf-gpt2-tiny"));
        Path out = Files.writeString(temporary.resolve("file"), "mine").resolve("model");
        assertThatThrownBy(() -> save(out, read))
                .isInstanceOf(LancetException.class)
                .hasMessage(out + ": cannot be written: " + temporary.resolve("file")
                        + " is in the way; choose a place that is writable and has room");
        assertThat(temporary.resolve("file")).hasContent("mine");
    }

    @Test
    void a_transformer_without_an_architecture_there() {
        Transformer odd = Transformer.decoder("odd")
                .vocabulary(8)
                .context(8)
                .width(8)
                .layers(1)
                .attention(Lancet.heads(2))
                .feedForward(Lancet.gelu(8))
                .build();
        assertThatThrownBy(() ->
                        HuggingFace.write(temporary.resolve("odd"), odd, random(Plan.dense(odd)), Optional.empty()))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "export: odd matches no known Hugging Face architecture (gpt2, llama, mistral, qwen2, qwen3,"
                                + " bert, roberta, xlm-roberta, distilbert, modernbert); save it as a Lancet model folder");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void a_changed_file_does_not_verify() throws IOException {
        Path out = saved();
        Path file = out.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        ModelFolder opened = ModelFolder.open(out);
        assertThatThrownBy(opened::verify)
                .isInstanceOf(LancetException.class)
                .hasMessageMatching(
                        "\\Q" + file + "\\E: has the SHA-256 [0-9a-f]{64}, but lancet.json says [0-9a-f]{64};"
                                + " the file has changed since it was saved, so save the model again");
    }

    @Test
    void a_folder_of_another_format_or_model() throws IOException {
        Path later = saved();
        Folders.replace(later.resolve("lancet.json"), "\"format\" : 1", "\"format\" : 2");
        refused(
                later,
                "/lancet.json: has format 2, but this version of Lancet reads format 1; use the version"
                        + " that wrote it");
        Path other = saved();
        Folders.replace(other.resolve("lancet.json"), "\"vocabulary\" : 97", "\"vocabulary\" : 96");
        refused(
                other,
                "/plan.json: does not fit the weights of hf-gpt2-tiny; use the plan and the weights of the same model");
        Path swapped = saved();
        Files.delete(swapped.resolve("model.safetensors"));
        Files.copy(Folders.FIXTURES.resolve("hf-gpt2-tiny/model.safetensors"), swapped.resolve("model.safetensors"));
        refused(
                swapped,
                "/model.safetensors: tensor 'transformer.h.0.attn.c_attn.bias' is not in plan.json; use files"
                        + " of the same model");
        Path typed = saved();
        Folders.replace(typed.resolve("plan.json"), "\"kind\" : \"float32\"", "\"kind\" : \"int8\"");
        refused(
                typed,
                "/model.safetensors: tensor embedding F32 [97, 48] is I8 [97, 48] in plan.json; use files of"
                        + " the same model");
    }

    @Test
    void what_is_no_model_says_what_was_looked_for() throws IOException {
        Path file = Files.writeString(temporary.resolve("notes.txt"), "");
        assertThatThrownBy(() -> Format.of(temporary))
                .isInstanceOf(LancetException.class)
                .hasMessage(temporary + ": holds no model; name a folder with lancet.json (Lancet), config.json"
                        + " (Hugging Face) or saved_model.pb (TensorFlow)");
        assertThatThrownBy(() -> Format.of(file))
                .hasMessage(file + ": is not a model; name a llama2.c .bin, a frozen graph .pb, or the folder"
                        + " that holds config.json, lancet.json or saved_model.pb");
        Path none = temporary.resolve("none");
        assertThatThrownBy(() -> Format.of(none))
                .hasMessage(none + ": there is no such file or folder; check the path");
        Path graph = Files.createFile(temporary.resolve("g.pb"));
        assertThatThrownBy(() -> Checkpoint.open(graph))
                .hasMessage(graph + ": is a graph (frozen TensorFlow graph), but a declared model is needed;"
                        + " name a Hugging Face folder, a Lancet model folder or a llama2.c .bin, or open the"
                        + " graph with GraphModel.open in Java");
    }

    @Test
    void a_llama2c_file_that_is_cut_short_or_of_another_kind() throws IOException {
        byte[] whole = Files.readAllBytes(Folders.FIXTURES.resolve("stories260K/stories260K.bin"));
        Path file = temporary.resolve("s.bin");
        Files.write(file, java.util.Arrays.copyOf(whole, 10));
        llama2c(
                file,
                "has 10 bytes, fewer than its header of 28; check that it is a complete llama2.c file, or"
                        + " get it again");
        Files.write(file, java.util.Arrays.copyOf(whole, 1000));
        llama2c(
                file,
                "has 1000 bytes, but its header implies 1056540; check that it is a complete llama2.c file, or"
                        + " get it again");
        whole[12] = 7;
        Files.write(file, whole);
        llama2c(
                file,
                "has a header that does not describe a model (attention: 7 heads cannot share 4 key/value heads"
                        + " evenly; choose"
                        + " a kv that divides heads); check that it is a complete llama2.c file, or get it again");
        byte[] later = {0x32, 0x34, 0x6b, 0x61, 1, 0, 0, 0};
        System.arraycopy(later, 0, whole, 0, later.length);
        Files.write(file, whole);
        llama2c(file, "is a llama2.c file of version 1, but only version 0 can be read; export it with --version 0");
    }

    private static void llama2c(Path file, String message) {
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": " + message);
    }

    private Path saved() throws IOException {
        Path out = Files.createTempDirectory(temporary, "saved").resolve("model");
        save(out, Checkpoint.open(Folders.FIXTURES.resolve("hf-gpt2-tiny")));
        return out;
    }

    private static void save(Path out, Checkpoint model) {
        ModelFolder.save(
                out, model.transformer(), model.plan(), model.weights(), Optional.empty(), OptionalLong.empty());
    }

    private static void refused(Path folder, String message) {
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(LancetException.class)
                .hasMessage(folder + message);
    }

    private static Weights random(Plan plan) {
        return Weights.of(plan.arrays().stream()
                .map(array -> {
                    byte[] bytes = new byte[(int) array.bytes()];
                    new Random(array.name().hashCode()).nextBytes(bytes);
                    return HostTensor.of(array, bytes);
                })
                .toList());
    }

    private static void sameContent(Weights some, Weights others) {
        assertThat(some.arrays()).hasSameElementsAs(others.arrays());
        some.copyTo(tensor -> assertThat(tensor.toArray())
                .as(tensor.name())
                .isEqualTo(others.read(tensor.name()).toArray()));
    }
}
