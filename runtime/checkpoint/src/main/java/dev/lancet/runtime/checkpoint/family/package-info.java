/** The families of Hugging Face checkpoints: their config.json keys and their tensor names. */
@NullMarked
package dev.lancet.runtime.checkpoint.family;

import org.jspecify.annotations.NullMarked;
