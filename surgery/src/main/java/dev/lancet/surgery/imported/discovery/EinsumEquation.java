package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.discovery.MatrixProducts.Found;
import dev.lancet.surgery.imported.tracing.ArrayView;
import dev.lancet.surgery.imported.tracing.ArrayView.Piece;
import dev.lancet.surgery.imported.tracing.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;

/**
 * Reads an {@code Einsum} of an activation and a weight as a product. Letters that are summed over are inputs of the
 * matrix; letters that only the weight has are its outputs. {@code abc,cde->abde} is {@code x · W} with W {@code [c,
 * d·e]}.
 */
final class EinsumEquation {

    private EinsumEquation() {}

    static Found of(Node node, int weightInput, Tracing weight) {
        String text = node.attribute("equation")
                .map(AttrValue::getS)
                .map(bytes -> bytes.toStringUtf8().replace(" ", ""))
                .orElse("");
        int comma = text.indexOf(',');
        int arrow = text.indexOf("->");
        if (comma < 0 || arrow < comma) {
            return no(node, weight, "its equation " + text + " does not have two factors and a result");
        }
        String first = text.substring(0, comma);
        String second = text.substring(comma + 1, arrow);
        String result = text.substring(arrow + 2);
        return new Letters(weightInput == 0 ? second : first, weightInput == 0 ? first : second, result)
                .read(node, weightInput, weight, text);
    }

    private static Found no(Node node, Tracing weight, String reason) {
        return MatrixProducts.refused(node, Optional.of(weight), reason);
    }

    private record Letters(String x, String w, String y) {

        Found read(Node node, int weightInput, Tracing weight, String text) {
            List<List<Piece>> axes = weight.view().axes();
            if (w.contains(".")
                    || axes.size() != w.length()
                    || w.chars().distinct().count() != w.length()) {
                return no(node, weight, "its equation " + text + " does not name the axes of the weight");
            }
            StringBuilder stopped = new StringBuilder();
            StringBuilder kept = new StringBuilder();
            for (int i = 0; i < w.length(); i++) {
                char letter = w.charAt(i);
                boolean ofX = x.indexOf(letter) >= 0;
                boolean ofY = y.indexOf(letter) >= 0;
                if (ofX == ofY) {
                    return no(node, weight, "its equation " + text + " does not contract or keep '" + letter + "'");
                }
                (ofX ? stopped : kept).append(letter);
            }
            // The order of the matrix's inputs is that of the activations.
            String inputs = x.substring(Math.max(0, x.length() - stopped.length()));
            String outputs = y.substring(Math.max(0, y.length() - kept.length()));
            boolean last = stopped.length() > 0
                    && kept.length() > 0
                    && same(inputs, stopped)
                    && same(outputs, kept)
                    && x.substring(0, x.length() - inputs.length())
                            .equals(y.substring(0, y.length() - outputs.length()));
            if (!last) {
                return no(node, weight, "its equation " + text + " is not a product over the last axes");
            }
            List<Long> sizes = new ArrayList<>();
            outputs.chars().forEach(letter -> sizes.add(ArrayView.size(axes.get(w.indexOf(letter)))));
            return MatrixProducts.use(
                    node,
                    weight,
                    pieces(inputs, axes),
                    pieces(outputs, axes),
                    new WeightUse.Contraction(text, weightInput, inputs.length(), sizes));
        }

        private static boolean same(String letters, StringBuilder wanted) {
            return letters.chars()
                    .sorted()
                    .boxed()
                    .toList()
                    .equals(wanted.chars().sorted().boxed().toList());
        }

        private List<Piece> pieces(String letters, List<List<Piece>> axes) {
            List<Piece> pieces = new ArrayList<>();
            letters.chars().forEach(letter -> pieces.addAll(axes.get(w.indexOf(letter))));
            return pieces;
        }
    }
}
