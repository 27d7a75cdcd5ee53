/** Is everything here that is needed, and what to do where it is not. */
@NullMarked
package dev.lancet.runtime.doctor;

import org.jspecify.annotations.NullMarked;
