/** Fine-tunes a trained model, and merges the trained adapters into its matrices. */
@NullMarked
package dev.lancet.runtime.tune;

import org.jspecify.annotations.NullMarked;
