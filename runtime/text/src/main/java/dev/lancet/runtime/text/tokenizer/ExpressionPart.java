package dev.lancet.runtime.text.tokenizer;

import java.util.List;

/** A part of an expression. What it costs depends on whether the part after it can fail. */
@FunctionalInterface
interface ExpressionPart {

    /** A repetition of at most so many different lengths is counted length by length. */
    int MOST_LENGTHS = 16;

    /**
     * What this part costs.
     *
     * @param uncertain whether something after it can fail, so that this part is tried in its other ways
     */
    ExpressionCost cost(boolean uncertain);

    /** The alternatives of a group. */
    record Alternatives(List<List<ExpressionPart>> sequences) implements ExpressionPart {
        @Override
        public ExpressionCost cost(boolean uncertain) {
            ExpressionCost all = sequence(sequences.get(0), uncertain);
            for (List<ExpressionPart> one : sequences.subList(1, sequences.size())) {
                all = all.or(sequence(one, uncertain));
            }
            return all;
        }

        private static ExpressionCost sequence(List<ExpressionPart> parts, boolean uncertain) {
            boolean after = uncertain;
            ExpressionCost all = ExpressionCost.NOTHING;
            for (int i = parts.size() - 1; i >= 0; i--) {
                ExpressionCost part = parts.get(i).cost(after);
                all = part.then(all);
                after |= !part.certain();
            }
            return all;
        }
    }

    /** A part that is repeated. */
    record Repetition(ExpressionPart part, int from, int to, boolean possessive, boolean wide)
            implements ExpressionPart {
        @Override
        public ExpressionCost cost(boolean uncertain) {
            ExpressionCost one = part.cost(uncertain);
            boolean open = to > from + MOST_LENGTHS;
            boolean again = uncertain && !possessive && to > from;
            return new ExpressionCost(
                    ExpressionCost.bounded((long) from * one.least()),
                    one.degree() + (again && open ? 1 : 0),
                    one.tries() * (again && !open ? to - from + 1 : 1),
                    one.wide() || (again && open && wide),
                    one.letters(),
                    one.fixed() && from == to,
                    from == 0 || one.certain());
        }
    }
}
