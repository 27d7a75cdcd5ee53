/** Language models, whichever engine runs them. */
@NullMarked
package dev.lancet.runtime.language;

import org.jspecify.annotations.NullMarked;
