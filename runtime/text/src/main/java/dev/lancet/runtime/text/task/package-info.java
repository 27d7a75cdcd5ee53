/** The rows of a task as questions, and the evaluation of answers, without a model. */
@NullMarked
package dev.lancet.runtime.text.task;

import org.jspecify.annotations.NullMarked;
