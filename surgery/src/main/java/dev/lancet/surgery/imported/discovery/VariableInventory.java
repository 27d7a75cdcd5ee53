package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.tracing.WeightSource;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** The variables of a model: the used ones, the unused tensors of its checkpoint, and their plan. */
public final class VariableInventory {

    private static final Set<String> BOOKKEEPING =
            Set.of("_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter/.ATTRIBUTES/VARIABLE_VALUE");

    private VariableInventory() {}

    public static List<GraphVariable> live(GraphView graph, Map<String, String> keys) {
        List<GraphVariable> live = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("VarHandleOp") || ResourceVariables.reference(node)) {
                WeightSource source = WeightSource.of(node);
                live.add(new GraphVariable(
                        node.name(), keys.getOrDefault(node.name(), node.name()), source.type(), source.shape()));
            }
        }
        return List.copyOf(live);
    }

    public static List<UnusedTensor> dead(SavedModelFolder saved, List<GraphVariable> live) {
        Set<String> keys = new HashSet<>(BOOKKEEPING);
        Set<String> names = new HashSet<>();
        live.forEach(held -> {
            keys.add(held.key());
            names.add(held.name());
        });
        List<UnusedTensor> dead = new ArrayList<>();
        List<BundleEntry> entries =
                saved.variables().map(bundle -> bundle.entries()).orElse(List.of());
        for (BundleEntry entry : entries) {
            if (!keys.contains(entry.key())) {
                String name = RestoreMapping.author(saved.meta().getObjectGraphDef(), entry.key())
                        .orElse(entry.key());
                dead.add(new UnusedTensor(entry.key(), name, entry.size(), names.contains(name)));
            }
        }
        return List.copyOf(dead);
    }

    /**
     * The current storage of the weights.
     *
     * @param stored the matrices in fewer bits, which the graph stores as codes and scales
     */
    public static Plan plan(String model, List<Layer> layers, List<CompressedMatrix> stored, List<GraphVariable> live) {
        Set<String> matrices = new HashSet<>();
        stored.forEach(matrix -> matrix.arrays().forEach(array -> matrices.add(array.name())));
        List<Step> steps = new ArrayList<>();
        stored.forEach(matrix -> steps.add(matrix.step()));
        for (Layer layer : layers) {
            if (matrices.add(layer.weight().name())) {
                steps.add(Step.keep(layer.weight(), layer.treatable() ? "no rule selects it" : layer.hindrance()));
            }
        }
        List<Weight> vectors = new ArrayList<>();
        for (GraphVariable held : live) {
            long elements = held.shape().stream().reduce(1L, (a, b) -> a * b);
            if (!matrices.contains(held.name())
                    && held.type() == DataType.DT_FLOAT
                    && elements > 0
                    && elements <= Integer.MAX_VALUE) {
                vectors.add(new Weight(held.name(), Role.BIAS, -1, 1, (int) elements));
            }
        }
        return new Plan(model, steps, vectors);
    }

    /** The floats of a constant, which can store them in two forms. */
    public static ByteBuffer bytes(String name, TensorProto tensor) {
        if (!tensor.getTensorContent().isEmpty()) {
            return tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        long elements = Attributes.dims(tensor.getTensorShape()).stream().reduce(1L, Math::multiplyExact);
        int said = tensor.getFloatValCount();
        if (elements < said || elements > Integer.MAX_VALUE / Float.BYTES || (elements > 0 && said == 0)) {
            throw new LancetException(name + ": a constant of " + elements + " floats has " + said);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            bytes.putFloat(tensor.getFloatVal(Math.min(i, said - 1)));
        }
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
