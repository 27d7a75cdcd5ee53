package dev.lancet.surgery.golden;

import java.util.Map;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/** Runs graphs. Found by {@link java.util.ServiceLoader}: {@code lancet-runtime} brings one that asks TensorFlow. */
public interface GraphRunner {

    /**
     * What a graph gives for what it takes.
     *
     * @param signature what to feed and fetch
     * @param inputs values by the names that the signature gives to its inputs
     * @return numbers, row by row, by the names that the signature gives to its outputs; what is no number is left out
     * @throws dev.lancet.dsl.LancetException if the graph has variables and no values for them, or does not run
     */
    Map<String, double[]> run(GraphFile graph, SignatureDef signature, Map<String, TensorProto> inputs);
}
