/** The {@code lancet} command line: one class per command. The classes parse and print; they do no other work. */
@NullMarked
package dev.lancet.cli;

import org.jspecify.annotations.NullMarked;
