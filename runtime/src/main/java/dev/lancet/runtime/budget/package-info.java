/** Finds the best form of a model for a budget: measures what every form of every layer costs, and chooses. */
@NullMarked
package dev.lancet.runtime.budget;

import org.jspecify.annotations.NullMarked;
