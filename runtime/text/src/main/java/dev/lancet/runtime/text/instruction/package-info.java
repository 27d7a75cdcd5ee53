/** Examples for fine-tuning: reading prompts and answers, and putting them into sequences and batches. */
@NullMarked
package dev.lancet.runtime.text.instruction;

import org.jspecify.annotations.NullMarked;
