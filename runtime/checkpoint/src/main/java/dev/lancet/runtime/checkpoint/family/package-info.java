/** The families of Hugging Face checkpoints: how a config describes a transformer, and under which names its tensors lie. */
@NullMarked
package dev.lancet.runtime.checkpoint.family;

import org.jspecify.annotations.NullMarked;
