/** The reports of a compression and of a choice of sizes: as one HTML page, as Markdown and as JSON. */
@NullMarked
package dev.lancet.runtime.report.compression;

import org.jspecify.annotations.NullMarked;
