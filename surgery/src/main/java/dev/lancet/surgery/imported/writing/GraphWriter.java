package dev.lancet.surgery.imported.writing;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.discovery.ResourceVariables;
import java.nio.file.Path;

/**
 * Writes a graph after surgery, with its weights. The caller passes the arrays that the model's files do not have, one at
 * a time; {@link #finish} takes the others from these files. If a writer is closed before it has finished, it leaves
 * nothing behind.
 *
 * <pre>{@code
 * try (GraphWriter writer = GraphWriter.create(out, surgery)) {
 *     changed.copyTo(writer);
 *     writer.finish();
 * }
 * }</pre>
 */
public sealed interface GraphWriter extends WeightWriter permits SavedModelGraphWriter, FrozenGraphWriter {

    /**
     * Starts a frozen graph if the path ends in {@code .pb}, otherwise a SavedModel folder.
     *
     * @throws LancetException if something exists under the path, the path cannot be written to, or the graph cannot be
     *     written in this form
     */
    static GraphWriter create(Path out, ImportedSurgery surgery) {
        for (Step step : surgery.changed()) {
            if (step.adapter().isPresent()) {
                throw new LancetException(out + ": cannot be written: "
                        + step.weight().name() + " has "
                        + step.adapter().get() + ", but a graph is written without adapters; merge them first, or leave"
                        + " them out");
            }
        }
        return String.valueOf(out.getFileName()).endsWith(".pb")
                ? new FrozenGraphWriter(out, surgery)
                : new SavedModelGraphWriter(out, surgery);
    }

    /**
     * Writes a file for the users of a model, which TensorFlow does not read, into the folder {@code assets.extra}.
     *
     * @param name the name of the file in that folder
     * @throws LancetException if the model is not written as a folder
     */
    void extra(String name, byte[] content);

    /** Takes the content of one variable. The content is read before this method returns. */
    @Override
    void accept(HostTensor tensor);

    /** Checks that the written form supports every variable of a graph. */
    static void requireResources(Path out, GraphView graph) {
        for (Node node : graph.nodes()) {
            if (ResourceVariables.reference(node)) {
                throw new LancetException(
                        out + ": cannot be written: " + node.name() + " is a " + node.op()
                                + " of TensorFlow 1 whose reference goes to a node that takes no handle; export the model with resource variables");
            }
        }
    }
}
