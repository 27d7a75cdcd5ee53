/** The parts that all commands share: standard output and error, progress, JSON, one-line errors, and Ctrl-C. */
@NullMarked
package dev.lancet.cli.console;

import org.jspecify.annotations.NullMarked;
