package dev.lancet.dsl.plan;

import dev.lancet.dsl.LancetException;

/** A budget that no ranks reach; the message says what is in reach. */
public final class BudgetUnreachableException extends LancetException {

    private static final long serialVersionUID = 1;

    BudgetUnreachableException(String message) {
        super(message);
    }
}
