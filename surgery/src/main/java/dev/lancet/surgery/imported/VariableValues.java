package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.discovery.GraphVariable;
import dev.lancet.surgery.imported.discovery.VariableInventory;
import dev.lancet.surgery.imported.tracing.WeightSource;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import dev.lancet.surgery.savedmodel.TensorBundle;
import dev.lancet.surgery.savedmodel.TensorBundleWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.TensorProto;

/** The values of a model's variables, from its checkpoint or from former constants of its graph. */
public final class VariableValues {

    private final ModelFiles files;
    private final Map<String, TensorProto> constants;
    private final List<GraphVariable> variables;

    VariableValues(ModelFiles files, Map<String, TensorProto> constants, List<GraphVariable> variables) {
        this.files = files;
        this.constants = constants;
        this.variables = variables;
    }

    /**
     * The elements of a variable in row-major order, little-endian.
     *
     * @throws LancetException if the graph has no such variable, or the checkpoint does not contain its value
     */
    public ByteBuffer read(String variable) {
        TensorProto constant = constants.get(variable);
        if (constant != null) {
            return VariableInventory.bytes(variable, constant);
        }
        GraphVariable wanted = variable(variable);
        return bundle(wanted).read(wanted.key());
    }

    /** Whether the model's files contain the value of a variable. */
    public boolean knows(String variable) {
        return constants.containsKey(variable) || find(variable(variable)).isPresent();
    }

    /** Copies the value of a variable to another checkpoint, under the name of its node. */
    public void copy(Node node, TensorBundleWriter writer) {
        if (constants.containsKey(node.name())) {
            WeightSource source = WeightSource.of(node);
            writer.write(node.name(), source.type(), source.shape(), read(node.name()));
        } else {
            GraphVariable variable = variable(node.name());
            TensorBundle bundle = bundle(variable);
            writer.copy(node.name(), bundle.entry(variable.key()), bundle);
        }
    }

    private GraphVariable variable(String name) {
        return variables.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LancetException(files.path() + ": no variable '" + name + "'; near it: "
                        + Plan.nearMisses(
                                name,
                                variables.stream().map(GraphVariable::name).toList())));
    }

    private Optional<TensorBundle> find(GraphVariable variable) {
        return files.folder().flatMap(SavedModelFolder::variables).filter(bundle -> bundle.has(variable.key()));
    }

    private TensorBundle bundle(GraphVariable variable) {
        return find(variable)
                .orElseThrow(() ->
                        new LancetException(files.path() + ": no node restores the variable '" + variable.name() + "'; "
                                + (Files.exists(files.path().resolve("variables/variables"))
                                        ? "its checkpoint has format V1, so load it and save it again with a saver of"
                                                + " version V2"
                                        : "export the model again with its variables")));
    }
}
