/** Statistics of the inputs that layers see on calibration data. */
@NullMarked
package dev.lancet.compression.calibration;

import org.jspecify.annotations.NullMarked;
