/** Assertions on graphs and rules, and golden files, for users' own tests. */
@NullMarked
package dev.lancet.assertj;

import org.jspecify.annotations.NullMarked;
