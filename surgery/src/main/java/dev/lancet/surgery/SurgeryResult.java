package dev.lancet.surgery;

import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * What came of an operation.
 *
 * @param graph the graph afterwards
 * @param outcomes what became of every matrix of the plan, in its order
 */
public record SurgeryResult(GraphDef graph, List<Outcome> outcomes) {

    public SurgeryResult {
        outcomes = List.copyOf(outcomes);
    }

    /** What surgery did to a matrix. */
    public enum Change {
        /** It was cut as the plan says. */
        CUT,
        /** It was as the plan says before. */
        AS_IT_WAS,
        /** The plan leaves it alone. */
        KEPT
    }

    /**
     * What became of one matrix.
     *
     * @param step what the plan says
     * @param change what was done
     */
    public record Outcome(Step step, Change change) {
        @Override
        public String toString() {
            String what =
                    switch (change) {
                        case CUT -> "cut";
                        case AS_IT_WAS -> "is so already";
                        case KEPT -> "kept";
                    };
            return step.weight().name() + ": " + what + " (" + step.because() + ")";
        }
    }

    /** Whether the graph is another than before. */
    public boolean changed() {
        return outcomes.stream().anyMatch(outcome -> outcome.change() == Change.CUT);
    }

    /** One line a matrix. */
    @Override
    public String toString() {
        return outcomes.stream().map(outcome -> outcome + "\n").collect(Collectors.joining());
    }
}
