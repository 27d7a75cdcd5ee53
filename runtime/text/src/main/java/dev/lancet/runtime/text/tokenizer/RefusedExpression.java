package dev.lancet.runtime.text.tokenizer;

/** Says why an expression is not accepted; the words follow the expression. */
final class RefusedExpression extends Exception {

    private static final long serialVersionUID = 1;

    RefusedExpression(String why) {
        super(why);
    }
}
