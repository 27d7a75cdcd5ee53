/** Scripts: turns a {@code .lancet.kts} or {@code .java} file into a recipe. */
@NullMarked
package dev.lancet.script;

import org.jspecify.annotations.NullMarked;
