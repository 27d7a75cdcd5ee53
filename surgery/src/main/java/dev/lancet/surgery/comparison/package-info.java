/** What tests ask about the quality of a smaller model. Another module measures it. */
@NullMarked
package dev.lancet.surgery.comparison;

import org.jspecify.annotations.NullMarked;
