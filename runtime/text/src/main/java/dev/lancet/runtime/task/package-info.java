/** Measures how well a language model answers the questions of a task. */
@NullMarked
package dev.lancet.runtime.task;

import org.jspecify.annotations.NullMarked;
