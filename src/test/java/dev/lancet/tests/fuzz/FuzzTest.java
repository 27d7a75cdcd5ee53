package dev.lancet.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.imported.ImportedModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** A short slice of {@link Fuzz}, and damage that chance does not find. */
class FuzzTest {

    private static final int CASES = 150;

    @TempDir
    private Path folder;

    @Test
    void damaged_files_are_opened_or_refused_in_a_line_that_names_them() throws Exception {
        Tally tally = new Tally(20);
        Map<Kind, Map<Integer, Outcome>> all = new ConcurrentHashMap<>();
        Arrays.stream(Kind.values()).parallel().forEach(kind -> all.put(kind, slice(kind)));
        all.forEach((kind, outcomes) -> {
            assertThat(outcomes).as(kind.word()).hasSize(kind.cases(CASES));
            // A log of metrics that was cut off is mended, so few damages are refused.
            if (kind != Kind.METRICS) {
                assertThat(outcomes.values()).as(kind.word()).anyMatch(outcome -> !outcome.opened());
            }
            tally.add(kind, outcomes);
        });
        assertThat(tally.faults()).isEmpty();
    }

    private static Map<Integer, Outcome> slice(Kind kind) {
        try {
            return new Trials(20, kind, false).run(0, kind.cases(CASES));
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void a_case_is_the_same_each_time() {
        byte[] whole = new byte[1000];
        new Random(1).nextBytes(whole);
        List<Damage> kinds = List.of(Damage::blind, new WireDamage(), new JsonDamage());
        for (Damage damage : kinds) {
            assertThat(damage.of(whole, new Random(7))).isEqualTo(damage.of(whole, new Random(7)));
        }
    }

    @Test
    void functions_that_double_themselves_are_refused_before_they_fill_the_memory() throws IOException {
        GraphDef.Builder graph = GraphDef.newBuilder();
        for (int i = 0; i < 40; i++) {
            FunctionDef.Builder function = FunctionDef.newBuilder()
                    .setSignature(OpDef.newBuilder().setName("f" + i))
                    .addNodeDef(NodeDef.newBuilder().setName("work").setOp("NoOp"));
            if (i < 39) {
                function.addNodeDef(call("once", "f" + (i + 1))).addNodeDef(call("again", "f" + (i + 1)));
            }
            graph.getLibraryBuilder().addFunction(function);
        }
        refused(graph.addNode(call("start", "f0")).build(), "inlining its functions gives more than");
    }

    @Test
    void a_function_that_calls_itself_twice_is_refused() throws IOException {
        FunctionDef function = FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder().setName("f"))
                .addNodeDef(call("once", "f"))
                .addNodeDef(call("again", "f"))
                .build();
        GraphDef.Builder graph = GraphDef.newBuilder().addNode(call("start", "f"));
        graph.getLibraryBuilder().addFunction(function);
        refused(graph.build(), "a function calls itself");
    }

    @Test
    void a_few_bytes_that_claim_to_be_a_huge_constant_are_refused() throws IOException {
        TensorProto huge = TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(40_000))
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(10_000)))
                .addFloatVal(1)
                .build();
        NodeDef constant = NodeDef.newBuilder()
                .setName("w")
                .setOp("Const")
                .putAttr("value", AttrValue.newBuilder().setTensor(huge).build())
                .build();
        refused(GraphDef.newBuilder().addNode(constant).build(), "w, a Const, should have float of 1600000000 bytes");
    }

    @Test
    void merges_over_which_the_native_library_would_end_the_program_are_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [], "normalizer": {"type": "NFC"}, "model": {"type": "BPE",
                "continuing_subword_prefix": "##", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}
                """);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Tokenizer.open(file).close())
                .withMessage(
                        "tokenizer: %s has the merge \"a b\", whose second part does not begin with the"
                                + " continuing_subword_prefix '##'; the file is damaged, get it again",
                        file);
    }

    private static NodeDef call(String name, String function) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("PartitionedCall")
                .putAttr(
                        "f",
                        AttrValue.newBuilder()
                                .setFunc(NameAttrList.newBuilder().setName(function))
                                .build())
                .build();
    }

    private void refused(GraphDef graph, String why) throws IOException {
        Path file = Files.write(folder.resolve("damaged.pb"), graph.toByteArray());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ImportedModel.open(file))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining(why);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(Files.size(file) + Child.ALLOWED);
    }

    @Test
    void many_constants_that_each_repeat_a_value_are_bounded_together() throws IOException {
        GraphDef.Builder graph = GraphDef.newBuilder();
        for (int i = 0; i < 100; i++) {
            TensorProto repeated = TensorProto.newBuilder()
                    .setDtype(DataType.DT_FLOAT)
                    .setTensorShape(TensorShapeProto.newBuilder()
                            .addDim(TensorShapeProto.Dim.newBuilder().setSize(62 << 18)))
                    .addFloatVal(1)
                    .build();
            graph.addNode(NodeDef.newBuilder()
                    .setName("w" + i)
                    .setOp("Const")
                    .putAttr("value", AttrValue.newBuilder().setTensor(repeated).build()));
        }
        refused(graph.build(), "w1, a Const, is one of several constants that fill 130023424 bytes");
    }

    @Test
    void a_graph_of_very_many_nodes_is_refused() throws IOException {
        GraphDef.Builder graph = GraphDef.newBuilder();
        for (int i = 0; i < 250_001; i++) {
            graph.addNode(NodeDef.newBuilder().setName("n" + i).setOp("NoOp"));
        }
        refused(graph.build(), "it has 250001 nodes, above the limit of 250000");
    }

    @Test
    void a_name_with_a_command_for_the_terminal_is_refused_without_sending_it() throws IOException {
        NodeDef node = NodeDef.newBuilder().setName("w\u001b[2J").setOp("NoOp").build();
        refused(GraphDef.newBuilder().addNode(node).build(), "w?[2J, a NoOp, has characters in its name");
    }

    @Test
    void a_name_of_safetensors_that_is_too_long_is_refused() throws IOException {
        byte[] json = ("{\"" + "x".repeat(60_000) + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
        Path file = Files.write(
                folder.resolve("long.safetensors"),
                bytes.putLong(json.length).put(json).array());

        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Safetensors.open(file))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining("header");
    }
}
