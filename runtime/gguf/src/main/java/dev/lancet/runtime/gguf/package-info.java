/** Models as GGUF, the files of llama.cpp. Nothing here needs TensorFlow. */
@NullMarked
package dev.lancet.runtime.gguf;

import org.jspecify.annotations.NullMarked;
