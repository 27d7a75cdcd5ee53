/** Damaged files: a seeded command that makes them and holds every reader to an answer, in bounded time and memory. */
@NullMarked
package dev.lancet.tests.fuzz;

import org.jspecify.annotations.NullMarked;
