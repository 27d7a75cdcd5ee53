/** Linear algebra by OpenBLAS, for compression. */
@NullMarked
package dev.lancet.runtime.algebra;

import org.jspecify.annotations.NullMarked;
