/** What runs on a card, against what runs on the processor. */
@NullMarked
package dev.lancet.tests.gpu;

import org.jspecify.annotations.NullMarked;
