/** A whole run as one value: models, data, training, compression, evaluation and where the results go. */
@NullMarked
package dev.lancet.dsl.recipe;

import org.jspecify.annotations.NullMarked;
