/**
 * Models on disk: safetensors, Hugging Face folders, llama2.c files and Lancet's own model folders. Input files are
 * never changed, and output appears complete or not at all.
 */
@NullMarked
package dev.lancet.runtime.checkpoint;

import org.jspecify.annotations.NullMarked;
