/** The {@code lancet} command: one class a command, no logic of its own. */
@NullMarked
package dev.lancet.cli;

import org.jspecify.annotations.NullMarked;
