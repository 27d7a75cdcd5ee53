/** Runs a recipe from end to end. */
@NullMarked
package dev.lancet.runtime.run;

import org.jspecify.annotations.NullMarked;
