/** What a training keeps so that it can go on as if it had never stopped. */
@NullMarked
package dev.lancet.runtime.train.state;

import org.jspecify.annotations.NullMarked;
