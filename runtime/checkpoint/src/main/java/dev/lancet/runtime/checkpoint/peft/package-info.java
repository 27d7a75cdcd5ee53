/** LoRA adapters in the file format of Hugging Face's PEFT. */
@NullMarked
package dev.lancet.runtime.checkpoint.peft;

import org.jspecify.annotations.NullMarked;
