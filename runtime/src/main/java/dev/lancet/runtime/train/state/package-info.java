/** The states of a training, from which it resumes without a difference. */
@NullMarked
package dev.lancet.runtime.train.state;

import org.jspecify.annotations.NullMarked;
