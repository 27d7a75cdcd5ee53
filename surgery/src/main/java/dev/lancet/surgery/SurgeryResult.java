package dev.lancet.surgery;

import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * The result of carrying out a plan on a graph.
 *
 * @param graph the graph afterwards
 * @param outcomes what surgery did to every matrix of the plan, in the order of the plan
 */
public record SurgeryResult(GraphDef graph, List<Outcome> outcomes) {

    public SurgeryResult {
        outcomes = List.copyOf(outcomes);
    }

    /** What surgery did to a matrix. */
    public enum Change {
        /** Surgery changed it as the plan says. */
        CUT,
        /** It already had the form that the plan asks for. */
        AS_IT_WAS,
        /** The plan leaves it unchanged. */
        KEPT
    }

    /**
     * The outcome for one matrix.
     *
     * @param step the step of the plan
     * @param change what surgery did
     */
    public record Outcome(Step step, Change change) {
        @Override
        public String toString() {
            String what =
                    switch (change) {
                        case CUT -> "cut";
                        case AS_IT_WAS -> "already has this form";
                        case KEPT -> "kept";
                    };
            return step.weight().name() + ": " + what + " (" + step.because() + ")";
        }
    }

    /** Whether surgery changed the graph. */
    public boolean changed() {
        return outcomes.stream().anyMatch(outcome -> outcome.change() == Change.CUT);
    }

    /** One line for each matrix. */
    @Override
    public String toString() {
        return outcomes.stream().map(outcome -> outcome + "\n").collect(Collectors.joining());
    }
}
