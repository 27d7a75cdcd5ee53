/** The training loop: batches in, trained weights and a log out. */
@NullMarked
package dev.lancet.runtime.train;

import org.jspecify.annotations.NullMarked;
