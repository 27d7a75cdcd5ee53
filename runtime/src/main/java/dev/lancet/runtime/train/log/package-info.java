/** What a training did, step by step, and the files that say so: metrics and curves. */
@NullMarked
package dev.lancet.runtime.train.log;

import org.jspecify.annotations.NullMarked;
