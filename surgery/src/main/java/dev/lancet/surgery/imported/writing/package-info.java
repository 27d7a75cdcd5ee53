/** Writes a graph after surgery as a SavedModel or as one frozen file. */
@NullMarked
package dev.lancet.surgery.imported.writing;

import org.jspecify.annotations.NullMarked;
