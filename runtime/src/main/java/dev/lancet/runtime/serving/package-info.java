/** Declared models as SavedModels for TensorFlow Serving. */
@NullMarked
package dev.lancet.runtime.serving;

import org.jspecify.annotations.NullMarked;
