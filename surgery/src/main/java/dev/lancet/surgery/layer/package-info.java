/** The tensors that the layers of a graph multiply with their matrices, as a calibration reads them. */
@NullMarked
package dev.lancet.surgery.layer;

import org.jspecify.annotations.NullMarked;
