/** Corpora: texts as token ids, and the order in which a training reads them. */
@NullMarked
package dev.lancet.runtime.text;

import org.jspecify.annotations.NullMarked;
