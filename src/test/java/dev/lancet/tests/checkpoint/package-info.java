/** Checkpoints that other programs wrote, and those that they could read. */
@NullMarked
package dev.lancet.tests.checkpoint;

import org.jspecify.annotations.NullMarked;
