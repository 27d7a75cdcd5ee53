/** Reads and writes SavedModel folders and their checkpoints in plain Java, without TensorFlow. */
@NullMarked
package dev.lancet.surgery.savedmodel;

import org.jspecify.annotations.NullMarked;
