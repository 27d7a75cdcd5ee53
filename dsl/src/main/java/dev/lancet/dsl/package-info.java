/** What a transformer is and how it is to be made small: immutable values, no TensorFlow, no files. */
@NullMarked
package dev.lancet.dsl;

import org.jspecify.annotations.NullMarked;
