package dev.lancet.surgery.golden;

import java.util.Map;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/** Runs graphs. Found by {@link java.util.ServiceLoader}; {@code lancet-runtime} provides one that uses TensorFlow. */
public interface GraphRunner {

    /**
     * Runs a graph on some inputs.
     *
     * @param signature the inputs to feed and the outputs to fetch
     * @param inputs values by the signature's input names
     * @return the numeric outputs in row-major order, by the signature's output names; other outputs are omitted
     * @throws dev.lancet.dsl.LancetException if the graph has variables and no values for them, or does not run
     */
    Map<String, double[]> run(GraphFile graph, SignatureDef signature, Map<String, TensorProto> inputs);
}
