/** The results of a run as a table for the terminal, as Markdown, as one HTML page, and as JSON. */
@NullMarked
package dev.lancet.runtime.report;

import org.jspecify.annotations.NullMarked;
