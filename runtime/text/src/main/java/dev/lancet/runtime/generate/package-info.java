/** Generates text from a model, token by token. */
@NullMarked
package dev.lancet.runtime.generate;

import org.jspecify.annotations.NullMarked;
