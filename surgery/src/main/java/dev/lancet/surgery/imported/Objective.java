package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import java.util.List;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The training objective of an imported graph: a loss over one named output of one of its signatures.
 *
 * @param kind how the loss compares output and labels
 * @param signature the signature whose inputs are fed
 * @param output the name of the output in that signature
 */
public record Objective(Kind kind, String signature, String output) {

    private static final String USUAL = Signatures.USUAL;

    /** How the loss compares output and labels. */
    public enum Kind {
        /** Mean negative log likelihood of one class per row, in nats. */
        CROSS_ENTROPY,
        /** Mean of the squared differences of all elements. */
        MEAN_SQUARED_ERROR
    }

    /**
     * Classification: the last axis of the output has a score for every class, and a label is the index of the right
     * class. Scores are logits; if the output is a softmax, its logits are used.
     */
    public static Objective crossEntropy(String output) {
        return new Objective(Kind.CROSS_ENTROPY, USUAL, output);
    }

    /** Regression: labels have the shape of the output. */
    public static Objective meanSquaredError(String output) {
        return new Objective(Kind.MEAN_SQUARED_ERROR, USUAL, output);
    }

    /** The same objective for another signature than {@code serving_default}. */
    public Objective in(String signature) {
        return new Objective(kind, signature, output);
    }

    /**
     * The signature in a model.
     *
     * @throws LancetException naming the existing signatures if there is none of this name
     */
    public SignatureDef signatureOf(MetaGraphDef meta) {
        SignatureDef found = meta.getSignatureDefMap().get(signature);
        if (found == null) {
            throw new LancetException("signature: the model has none called '" + signature + "'; it has "
                    + meta.getSignatureDefMap().keySet().stream()
                            .filter(name -> !name.startsWith("__"))
                            .sorted()
                            .toList());
        }
        return found;
    }

    /**
     * The output in a model.
     *
     * @throws LancetException naming the existing outputs if there is none of this name
     */
    public TensorInfo outputOf(MetaGraphDef meta) {
        SignatureDef found = signatureOf(meta);
        TensorInfo info = found.getOutputsMap().get(output);
        if (info == null) {
            throw new LancetException("output: signature " + signature + " has none called '" + output + "'; near it: "
                    + Plan.nearMisses(output, List.copyOf(found.getOutputsMap().keySet())));
        }
        return info;
    }

    /**
     * The number of classes that the output scores.
     *
     * @throws LancetException if the signature does not declare it
     */
    public int classes(MetaGraphDef meta) {
        var shape = outputOf(meta).getTensorShape();
        long last = shape.getDimCount() == 0
                ? -1
                : shape.getDim(shape.getDimCount() - 1).getSize();
        if (last < 2 || last > Integer.MAX_VALUE) {
            throw new LancetException("output: '" + output + "' of " + signature
                    + " does not score a known number of classes along its last axis; use another output, or the mean"
                    + " squared error");
        }
        return (int) last;
    }
}
