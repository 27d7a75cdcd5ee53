/** Models that TensorFlow Serving loads. */
@NullMarked
package dev.lancet.tests.serving;

import org.jspecify.annotations.NullMarked;
