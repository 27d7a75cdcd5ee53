/** The parts of which reports are made: pages, tables, charts, numbers, and escaped text. */
@NullMarked
package dev.lancet.runtime.report.page;

import org.jspecify.annotations.NullMarked;
