/** Kills the commands that write, at random times, and looks at what they leave. */
@NullMarked
package dev.lancet.tests.kill;

import org.jspecify.annotations.NullMarked;
