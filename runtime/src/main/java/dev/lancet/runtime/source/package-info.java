/** The models that Lancet can plan, read and write in a smaller form. */
@NullMarked
package dev.lancet.runtime.source;

import org.jspecify.annotations.NullMarked;
