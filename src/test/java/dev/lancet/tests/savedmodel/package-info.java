/** SavedModels and checkpoints that others wrote, against TensorFlow itself. */
@NullMarked
package dev.lancet.tests.savedmodel;

import org.jspecify.annotations.NullMarked;
