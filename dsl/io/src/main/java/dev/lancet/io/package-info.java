/**
 * Files and folders that appear complete or not at all, checksums, one-line errors of the file system, and progress.
 */
@NullMarked
package dev.lancet.io;

import org.jspecify.annotations.NullMarked;
