package dev.lancet.dsl.plan;

import dev.lancet.dsl.LancetException;

/** A budget that no ranks reach; the message says what is in reach. */
public final class OutOfReach extends LancetException {

    private static final long serialVersionUID = 1;

    OutOfReach(String message) {
        super(message);
    }
}
