/** LoRA adapters in the files of PEFT. */
@NullMarked
package dev.lancet.runtime.checkpoint.peft;

import org.jspecify.annotations.NullMarked;
