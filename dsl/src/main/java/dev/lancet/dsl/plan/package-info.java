/** Plans: the rank, bits, bytes and reason for every weight, computed before any work is done. */
@NullMarked
package dev.lancet.dsl.plan;

import org.jspecify.annotations.NullMarked;
