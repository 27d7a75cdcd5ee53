/**
 * Writes and reads transformers, compressions, plans and recipes as JSON. The language itself does not depend on this.
 */
@NullMarked
package dev.lancet.runtime.json;

import org.jspecify.annotations.NullMarked;
