/** Options and arguments that several commands take. */
@NullMarked
package dev.lancet.cli.option;

import org.jspecify.annotations.NullMarked;
