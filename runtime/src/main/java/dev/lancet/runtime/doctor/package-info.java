/** Checks whether this machine has everything that is needed, and says what to do if not. */
@NullMarked
package dev.lancet.runtime.doctor;

import org.jspecify.annotations.NullMarked;
