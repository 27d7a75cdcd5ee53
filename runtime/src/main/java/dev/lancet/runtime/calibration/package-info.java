/** Runs models on calibration rows: what their layers see, and how close a smaller model stays to its original. */
@NullMarked
package dev.lancet.runtime.calibration;

import org.jspecify.annotations.NullMarked;
