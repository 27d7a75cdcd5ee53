/** The only import that a script needs: {@link dev.lancet.Lancet} has the whole language as static methods. */
@NullMarked
package dev.lancet;

import org.jspecify.annotations.NullMarked;
