/** The road from a declared or downloaded transformer to a smaller model that runs, against independent references. */
@NullMarked
package dev.lancet.tests.endtoend;

import org.jspecify.annotations.NullMarked;
