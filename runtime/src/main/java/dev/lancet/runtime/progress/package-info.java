/** How long work tells whoever waits how far it is. */
@NullMarked
package dev.lancet.runtime.progress;

import org.jspecify.annotations.NullMarked;
