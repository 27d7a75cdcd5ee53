/** SavedModel folders and the checkpoints in them, read and written in plain Java: no TensorFlow is loaded. */
@NullMarked
package dev.lancet.surgery.savedmodel;

import org.jspecify.annotations.NullMarked;
