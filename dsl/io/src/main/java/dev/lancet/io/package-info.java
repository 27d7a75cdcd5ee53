/** Files and folders that appear whole or not at all, checksums, errors of the file system in one line, and progress. */
@NullMarked
package dev.lancet.io;

import org.jspecify.annotations.NullMarked;
