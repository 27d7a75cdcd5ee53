/** Finds the contents of a graph: variables, linear layers, compressed matrices, and the reasons why products are skipped. */
@NullMarked
package dev.lancet.surgery.imported.discovery;

import org.jspecify.annotations.NullMarked;
