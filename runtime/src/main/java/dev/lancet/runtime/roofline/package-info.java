/**
 * How long a training step takes on hardware that need not be here, and what it needs there: a roofline of device and
 * network (Williams, Waterman and Patterson, Roofline, 2009).
 */
@NullMarked
package dev.lancet.runtime.roofline;

import org.jspecify.annotations.NullMarked;
