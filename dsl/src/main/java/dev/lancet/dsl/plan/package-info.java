/** The decision for every weight: rank, bits, bytes and the reason, worked out before any work is done. */
@NullMarked
package dev.lancet.dsl.plan;

import org.jspecify.annotations.NullMarked;
