package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.imported.ClassifierHead;
import dev.lancet.surgery.imported.Objective;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The output of a model on which a classifier is trained.
 *
 * @param output the output and its signature
 * @param scores whether it has a score for every class, so that it needs no head
 * @param width the size of its last axis
 */
record ClassifierOutput(Objective output, boolean scores, int width) {

    private static final String NEEDED =
            "; a classifier needs floats [batch, width], or [batch, positions, width] with an"
                    + " attention_mask among the inputs, and a width from 2 to 65,536";

    /** The widest output that is classified, so that a new head stays small. */
    private static final int WIDEST = 1 << 16;

    /**
     * Chooses the output: the one that is named; otherwise {@link ClassifierHead#PROBABILITIES} if it has these classes;
     * otherwise the only float output {@code [batch, width]} or, if the signature has a mask, {@code [batch, positions,
     * width]}.
     *
     * @param wanted its name, or empty
     * @param classes the number of classes
     * @param masked whether an input says which positions count
     * @throws LancetException naming the outputs that there are if none fits, or several
     */
    static ClassifierOutput choose(
            MetaGraphDef meta, String signature, Optional<String> wanted, int classes, boolean masked) {
        SignatureDef found = Objective.crossEntropy("").in(signature).signatureOf(meta);
        Map<String, TensorInfo> outputs = new TreeMap<>(found.getOutputsMap());
        if (wanted.isPresent()) {
            TensorInfo info = outputs.get(wanted.get());
            if (info == null) {
                throw new LancetException("output: there is none called '" + wanted.get() + "'; the model has "
                        + shown(outputs) + "; choose one with --output NAME");
            }
            if (!fits(info, masked)) {
                throw new LancetException("output: '" + wanted.get() + "' is " + shape(info) + NEEDED
                        + "; the model has " + shown(outputs));
            }
            return of(wanted.get(), info, signature, classes);
        }
        TensorInfo before = outputs.get(ClassifierHead.PROBABILITIES);
        if (before != null && fits(before, masked) && width(before) == classes) {
            return of(ClassifierHead.PROBABILITIES, before, signature, classes);
        }
        List<String> fitting = outputs.entrySet().stream()
                .filter(output -> fits(output.getValue(), masked))
                .map(Map.Entry::getKey)
                .toList();
        if (fitting.size() != 1) {
            throw new LancetException("output: " + (fitting.isEmpty() ? "none" : fitting.size())
                    + " of the model's outputs can be classified; it has " + shown(outputs)
                    + (fitting.isEmpty() ? NEEDED : "; choose one with --output NAME"));
        }
        String only = fitting.get(0);
        return of(only, found.getOutputsOrThrow(only), signature, classes);
    }

    private static ClassifierOutput of(String name, TensorInfo info, String signature, int classes) {
        boolean scores = info.getTensorShape().getDimCount() == 2 && width(info) == classes;
        return new ClassifierOutput(Objective.crossEntropy(name).in(signature), scores, (int) width(info));
    }

    private static long width(TensorInfo info) {
        int axes = info.getTensorShape().getDimCount();
        return axes == 0 ? -1 : info.getTensorShape().getDim(axes - 1).getSize();
    }

    private static boolean fits(TensorInfo info, boolean masked) {
        int axes = info.getTensorShape().getDimCount();
        return info.getDtype() == DataType.DT_FLOAT
                && (axes == 2 || (axes == 3 && masked))
                && width(info) >= 2
                && width(info) <= WIDEST;
    }

    private static String shown(Map<String, TensorInfo> outputs) {
        return outputs.entrySet().stream()
                .map(output -> output.getKey() + " (" + shape(output.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String shape(TensorInfo info) {
        String type = info.getDtype().name().replace("DT_", "").toLowerCase(Locale.ROOT);
        return info.getTensorShape().getUnknownRank()
                ? type + " of unknown shape"
                : info.getTensorShape().getDimList().stream()
                        .map(dim -> dim.getSize() < 0 ? "any" : String.valueOf(dim.getSize()))
                        .collect(Collectors.joining(", ", type + " [", "]"));
    }
}
