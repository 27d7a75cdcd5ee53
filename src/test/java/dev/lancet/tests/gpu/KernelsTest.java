package dev.lancet.tests.gpu;

import static dev.lancet.dsl.Adapter.lora;
import static dev.lancet.dsl.Selector.attention;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.feedForward;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.runtime.device.Cuda;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;

/** What has no kernel on a card runs on the processor, and what it takes and gives goes to and fro; so all of it has one. */
@Tag("gpu")
class KernelsTest {

    private static final Set<Pass> ON_A_CARD = Set.of(Pass.STREAMS, Pass.COMPILED);

    static Stream<GraphDef> graphs() {
        List<GraphDef> graphs = new ArrayList<>();
        for (Transformer model : Models.all()) {
            for (Precision precision : List.of(
                    Precision.float32(),
                    Precision.bfloat16(),
                    Precision.int8(),
                    Precision.int4(16),
                    Precision.nf4(16),
                    Precision.nf4(16).doubleQuantized(),
                    Precision.int4(16).asymmetric().doubleQuantized())) {
                Compression form = precision.narrow()
                        ? Compression.keepAll()
                                .on(precision.quantized() ? linears() : everything())
                                .quantize(precision)
                        : Compression.keepAll();
                Plan plan = Plan.of(model, form);
                graphs.add(VariableLoading.into(
                        Surgeon.operate(Blueprint.decoding(model), plan).graph()));
                graphs.add(VariableLoading.into(
                        Surgeon.operate(Blueprint.scoring(model), plan).graph()));
                graphs.add(tuning(
                        model, precision, Passes.of(4, 1, true, ON_A_CARD).and(Pass.ACTIVATION_CHECKPOINTING)));
            }
            Passes plain = Passes.of(4, 1, false, ON_A_CARD);
            Stream.of(
                            plain,
                            Passes.of(4, 1, true, ON_A_CARD),
                            plain.float16(),
                            plain.and(Pass.ACTIVATION_CHECKPOINTING))
                    .forEach(passes -> graphs.add(step(model, passes)));
        }
        return graphs.stream();
    }

    /** A step of adapters beside frozen layers. */
    private static GraphDef tuning(Transformer model, Precision precision, Passes passes) {
        Compression beside =
                Compression.keepAll().on(attention(), feedForward()).quantize(precision, lora(4));
        Plan plan = Plan.of(model, beside);
        List<String> names = plan.steps().stream()
                .flatMap(step -> step.adapterMatrices().stream())
                .map(StoredMatrix::name)
                .toList();
        GraphDef cut = Surgeon.operate(Blueprint.training(model, 4, 16), plan).graph();
        GraphDef forward = passes.forward(cut);
        GraphDef gradients = passes.gradients(forward, Backward.derive(forward, passes.loss(), names));
        List<ParameterUpdate> updates =
                names.stream().map(name -> ParameterUpdate.adam(name, 1, 0.1)).toList();
        return VariableLoading.into(
                passes.finished(new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1).each(gradients, updates)));
    }

    private static GraphDef step(Transformer model, Passes passes) {
        List<ArraySpec> stored = Plan.dense(model).arrays();
        List<String> names = stored.stream().map(ArraySpec::name).toList();
        GraphDef forward = passes.forward(Blueprint.training(model, 4, 16));
        GraphDef gradients = passes.gradients(forward, Backward.derive(forward, passes.loss(), names));
        List<ParameterUpdate> updates = stored.stream()
                .map(array -> array.name().contains(".mlp.") && array.shape().size() == 2
                        ? ParameterUpdate.muon(array.name(), 0.95, 1, 0.1)
                        : ParameterUpdate.adam(array.name(), 1, 0.1))
                .toList();
        return VariableLoading.into(
                passes.finished(new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1).each(gradients, updates)));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("graphs")
    void the_processor_has_a_kernel_for_everything(GraphDef graph) {
        assertThat(new Kernels("CPU").missing(graph)).isEmpty();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("graphs")
    void a_card_has_a_kernel_for_everything(GraphDef graph) {
        assumeThat(Cuda.built())
                .as("TensorFlow's GPU natives are on the class path")
                .isTrue();
        assertThat(new Kernels("GPU").missing(graph)).isEmpty();
    }
}
