/** Graphs of other people, made smaller and trained. */
@NullMarked
package dev.lancet.tests.graphmodel;

import org.jspecify.annotations.NullMarked;
