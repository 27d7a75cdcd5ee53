/**
 * Models on disk: safetensors, Hugging Face folders, llama2.c files and Lancet's own model folders. Input is never changed,
 * and output appears whole or not at all.
 */
@NullMarked
package dev.lancet.runtime.checkpoint;

import org.jspecify.annotations.NullMarked;
