/** Reads documents from plain text, JSON lines, CSV, archives and folders of these, one document at a time. */
@NullMarked
package dev.lancet.runtime.text.source;

import org.jspecify.annotations.NullMarked;
