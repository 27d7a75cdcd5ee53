/** What drawn transformers compute, against the numbers of others. */
@NullMarked
package dev.lancet.tests.blueprint;

import org.jspecify.annotations.NullMarked;
