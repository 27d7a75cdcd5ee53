/** How much memory this process holds. */
@NullMarked
package dev.lancet.runtime.memory;

import org.jspecify.annotations.NullMarked;
