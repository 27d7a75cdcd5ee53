/** Scripts: a {@code .lancet.kts} or {@code .java} file becomes a recipe. */
@NullMarked
package dev.lancet.script;

import org.jspecify.annotations.NullMarked;
