/** The record of a training, step by step, and its files: metrics and curves. */
@NullMarked
package dev.lancet.runtime.train.log;

import org.jspecify.annotations.NullMarked;
