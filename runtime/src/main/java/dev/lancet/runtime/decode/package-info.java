/** Reading tokens with TensorFlow, with a cache of keys and values. */
@NullMarked
package dev.lancet.runtime.decode;

import org.jspecify.annotations.NullMarked;
