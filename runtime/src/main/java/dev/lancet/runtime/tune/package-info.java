/** Fine-tuning a model that was trained before, and merging what it learnt into its matrices. */
@NullMarked
package dev.lancet.runtime.tune;

import org.jspecify.annotations.NullMarked;
