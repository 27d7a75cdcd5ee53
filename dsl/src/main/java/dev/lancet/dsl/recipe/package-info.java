/** Recipes: a whole run as one value, with models, data, training, compression, evaluation and outputs. */
@NullMarked
package dev.lancet.dsl.recipe;

import org.jspecify.annotations.NullMarked;
