package dev.lancet.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

class BlueprintTest {

    private static final Set<String> BODY_OPS = Set.of(
            "Const",
            "AddV2",
            "Sub",
            "Mul",
            "Square",
            "Mean",
            "Rsqrt",
            "Sigmoid",
            "Tanh",
            "Erf",
            "SelectV2",
            "Split",
            "ConcatV2",
            "Reshape");

    static Stream<Transformer> declared() {
        return Declared.all();
    }

    static Stream<GraphDef> drawn() {
        return Declared.all()
                .flatMap(model -> Stream.of(
                        Blueprint.scoring(model),
                        Blueprint.decoding(model),
                        Blueprint.continuation(model),
                        Blueprint.training(model, 2, 5)));
    }

    @Test
    void a_block_of_llama_has_these_nodes_in_this_order() {
        assertThat(names(Blueprint.training(Declared.llama(1), 2, 5), "h.0."))
                .containsExactlyElementsOf(
                        """
                        h.0.attn.norm.gain h.0.attn.norm.gain.read h.0.attn.norm
                        h.0.attn.q h.0.attn.q.read h.0.attn.q.out h.0.attn.q.heads h.0.attn.q.prepared h.0.attn.q.by_head
                        h.0.attn.k h.0.attn.k.read h.0.attn.k.out h.0.attn.k.heads h.0.attn.k.prepared h.0.attn.k.by_head
                        h.0.attn.v h.0.attn.v.read h.0.attn.v.out h.0.attn.v.heads h.0.attn.v.by_head
                        h.0.attn.q.grouped h.0.attn.k.grouped h.0.attn.v.grouped
                        h.0.attn.scores h.0.attn.masked h.0.attn.probabilities h.0.attn.mix
                        h.0.attn.mix.heads h.0.attn.mix.tokens h.0.attn.mix.flat
                        h.0.attn.o h.0.attn.o.read h.0.attn.o.out h.0.attn.residual
                        h.0.mlp.norm.gain h.0.mlp.norm.gain.read h.0.mlp.norm
                        h.0.mlp.gate h.0.mlp.gate.read h.0.mlp.gate.out
                        h.0.mlp.up h.0.mlp.up.read h.0.mlp.up.out h.0.mlp.inner
                        h.0.mlp.down h.0.mlp.down.read h.0.mlp.down.out h.0.mlp.residual
                        """.lines().flatMap(line -> Stream.of(line.split(" "))).toList());
    }

    @Test
    void an_additional_block_changes_only_the_input_of_the_last_norm() {
        Map<String, NodeDef> two = byName(Blueprint.decoding(Declared.gpt2(2)));
        Map<String, NodeDef> three = byName(Blueprint.decoding(Declared.gpt2(3)));
        Set<String> added = new HashSet<>(three.keySet());
        added.removeAll(two.keySet());
        assertThat(added).hasSize((int) two.keySet().stream()
                .filter(name -> name.contains("h.1.") || name.startsWith("cache.1."))
                .count());
        assertThat(added).allMatch(name -> name.startsWith("h.2.") || name.startsWith("cache.2."));
        two.forEach((name, node) -> {
            if (!name.equals("last.stream")) {
                assertThat(three.get(name)).as(name).isEqualTo(node);
            }
        });
        assertThat(two.get("last.stream").getInput(0)).isEqualTo("h.1.mlp.residual");
        assertThat(three.get("last.stream").getInput(0)).isEqualTo("h.2.mlp.residual");
    }

    @Test
    void blocks_are_copies_that_share_their_functions() {
        GraphDef graph = Blueprint.scoring(Declared.gpt2(3));
        assertThat(names(graph, "h.1.").stream().map(name -> name.replace("h.1.", "h.0.")))
                .containsExactlyElementsOf(names(graph, "h.0."));
        assertThat(graph.getLibrary().getFunctionList())
                .extracting(function -> function.getSignature().getName())
                .containsExactly("norm", "query", "key", "value", "mask", "residual_biased", "gelu");
    }

    @ParameterizedTest
    @MethodSource("declared")
    void every_weight_is_one_variable_of_its_shape_that_is_read_once(Transformer model) {
        GraphDef graph = Blueprint.scoring(model);
        List<NodeDef> variables = graph.getNodeList().stream()
                .filter(node -> node.getOp().equals("VarHandleOp"))
                .toList();
        assertThat(variables.stream().map(NodeDef::getName))
                .containsExactlyInAnyOrderElementsOf(
                        model.weights().stream().map(Weight::name).toList());
        for (NodeDef variable : variables) {
            Weight weight = model.weight(variable.getName()).orElseThrow();
            assertThat(Attributes.dims(variable.getAttrOrThrow("shape").getShape()))
                    .isEqualTo(weight.shape().stream().map(Integer::longValue).toList());
            assertThat(variable.getAttrOrThrow("shared_name").getS().toStringUtf8())
                    .isEqualTo(weight.name());
            assertThat(graph.getNodeList().stream()
                            .filter(node -> node.getInputList().contains(weight.name()))
                            .map(NodeDef::getName))
                    .containsExactly(weight.name() + ".read");
        }
    }

    @ParameterizedTest
    @MethodSource("drawn")
    void graphs_are_whole(GraphDef graph) {
        assertThat(GraphView.of(graph).nodes()).hasSize(graph.getNodeCount());
        Set<String> functions = graph.getLibrary().getFunctionList().stream()
                .map(function -> function.getSignature().getName())
                .collect(Collectors.toSet());
        Set<String> called = graph.getNodeList().stream()
                .filter(node -> node.getOp().equals("PartitionedCall"))
                .map(node -> node.getAttrOrThrow("f").getFunc().getName())
                .collect(Collectors.toSet());
        assertThat(called).isEqualTo(functions);
        for (FunctionDef function : graph.getLibrary().getFunctionList()) {
            Set<String> known = function.getSignature().getInputArgList().stream()
                    .map(argument -> argument.getName())
                    .collect(Collectors.toCollection(HashSet::new));
            for (NodeDef node : function.getNodeDefList()) {
                assertThat(BODY_OPS).contains(node.getOp());
                assertThat(known)
                        .containsAll(node.getInputList().stream()
                                .map(input -> input.replaceFirst(":.*", ""))
                                .toList());
                known.add(node.getName());
            }
            assertThat(function.getRetMap()).containsOnlyKeys("y");
        }
    }

    @ParameterizedTest
    @MethodSource("declared")
    void every_size_of_the_training_form_is_known(Transformer model) {
        GraphDef graph = Blueprint.training(model, 2, 5);
        graph.getNodeList().forEach(node -> assertThat(sizes(node.getAttrMap()))
                .as(node.getName())
                .isNotEmpty()
                .allMatch(known -> known));
        graph.getLibrary().getFunctionList().forEach(function -> {
            function.getNodeDefList().forEach(node -> assertThat(sizes(node.getAttrMap()))
                    .as(function.getSignature().getName() + " " + node.getName())
                    .isNotEmpty()
                    .allMatch(known -> known));
            for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
                assertThat(sizes(function.getArgAttrOrThrow(i).getAttrMap()))
                        .isNotEmpty()
                        .allMatch(known -> known);
            }
        });
    }

    /** For each output whether its shape is known. */
    private static List<Boolean> sizes(Map<String, AttrValue> attributes) {
        return attributes
                .getOrDefault(Attributes.SHAPES, AttrValue.getDefaultInstance())
                .getList()
                .getShapeList()
                .stream()
                .map(shape -> !shape.getUnknownRank()
                        && shape.getDimList().stream()
                                .mapToLong(TensorShapeProto.Dim::getSize)
                                .allMatch(size -> size >= 0))
                .toList();
    }

    @Test
    void the_forms_have_the_promised_ends() {
        Transformer model = Declared.llama(2);
        Map<String, NodeDef> scoring = byName(Blueprint.scoring(model));
        assertThat(Attributes.dims(scoring.get("ids"), 0)).containsExactly(-1L, -1L);
        assertThat(Attributes.dims(scoring.get("labels"), 0)).containsExactly(-1L, -1L);
        assertThat(Attributes.dims(scoring.get("logits"), 0)).containsExactly(-1L, -1L, 11L);
        assertThat(Attributes.dims(scoring.get("nll"), 0)).containsExactly(-1L, -1L);
        Map<String, NodeDef> decoding = byName(Blueprint.decoding(model));
        assertThat(Attributes.dims(decoding.get("past"), 0)).isEmpty();
        assertThat(Attributes.dims(decoding.get("cache.1.k"), 0)).containsExactly(-1L, 2L, -1L, 2L);
        assertThat(Attributes.dims(decoding.get("cache.1.v.next"), 0)).containsExactly(-1L, 2L, -1L, 2L);
        assertThat(Attributes.dims(decoding.get("logits"), 0)).containsExactly(-1L, 11L);
        Map<String, NodeDef> training = byName(Blueprint.training(model, 2, 5));
        assertThat(Attributes.dims(training.get("h.1.attn.scores"), 0)).containsExactly(4L, 10L, 5L);
        assertThat(Attributes.dims(training.get("cross_entropy"), 1)).containsExactly(10L, 11L);
        assertThat(Attributes.dims(training.get("loss"), 0)).isEmpty();
    }

    @Test
    void a_tied_head_multiplies_with_the_transposed_embedding() {
        NodeDef tied = byName(Blueprint.scoring(Declared.gpt2(1))).get("head.out");
        assertThat(tied.getInputList()).containsExactly("norm", "embedding.read");
        assertThat(tied.getAttrOrThrow("transpose_b").getB()).isTrue();
        NodeDef untied = byName(Blueprint.scoring(Declared.llama(1))).get("head.out");
        assertThat(untied.getInputList()).containsExactly("norm", "head.read");
        assertThat(untied.getAttrOrThrow("transpose_b").getB()).isFalse();
    }

    @Test
    void the_same_declaration_gives_the_same_graph() {
        assertThat(Blueprint.training(Declared.odd(), 2, 5)).isEqualTo(Blueprint.training(Declared.odd(), 2, 5));
    }

    @Test
    void training_checks_its_sizes() {
        assertThatThrownBy(() -> Blueprint.training(Declared.llama(1), 2, 17))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("training: sequence 17 is longer than the context 16 of llama");
        assertThatThrownBy(() -> Blueprint.training(Declared.llama(1), 0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("training: batch 0, sequence 5; both must be positive");
    }

    private static List<String> names(GraphDef graph, String prefix) {
        return graph.getNodeList().stream()
                .map(NodeDef::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    private static Map<String, NodeDef> byName(GraphDef graph) {
        return graph.getNodeList().stream().collect(Collectors.toMap(NodeDef::getName, Function.identity()));
    }
}
