/** A model behind an HTTP server that speaks the protocol of OpenAI. */
@NullMarked
package dev.lancet.runtime.serve;

import org.jspecify.annotations.NullMarked;
