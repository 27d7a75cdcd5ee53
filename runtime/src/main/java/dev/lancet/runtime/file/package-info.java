/** How files come into being: whole or not at all. */
@NullMarked
package dev.lancet.runtime.file;

import org.jspecify.annotations.NullMarked;
