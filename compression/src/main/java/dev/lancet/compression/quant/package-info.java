/** Floats to codes with scales and back, packed as pieces are stored. */
@NullMarked
package dev.lancet.compression.quant;

import org.jspecify.annotations.NullMarked;
