/** What a graph is compared by: files that hold graphs, their canonical text, and how two texts differ. */
@NullMarked
package dev.lancet.surgery.golden;

import org.jspecify.annotations.NullMarked;
