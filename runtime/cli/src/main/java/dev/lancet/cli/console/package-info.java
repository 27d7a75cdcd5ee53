/** What every command shares: standard output and error, progress, JSON, errors in one line, and Ctrl-C. */
@NullMarked
package dev.lancet.cli.console;

import org.jspecify.annotations.NullMarked;
