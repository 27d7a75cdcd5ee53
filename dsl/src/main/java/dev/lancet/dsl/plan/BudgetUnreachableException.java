package dev.lancet.dsl.plan;

import dev.lancet.dsl.LancetException;

/** Reports a budget that no ranks can meet; the message says the least bytes that the rules need. */
public final class BudgetUnreachableException extends LancetException {

    private static final long serialVersionUID = 1;

    /** A budget that cannot be met. */
    public BudgetUnreachableException(String message) {
        super(message);
    }
}
