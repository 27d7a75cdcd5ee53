/** Benchmarks of training, generation, compression and memory, on generated data. */
@NullMarked
package dev.lancet.runtime.bench;

import org.jspecify.annotations.NullMarked;
