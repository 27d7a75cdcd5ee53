/**
 * Transformers, compressions, plans and recipes as JSON, out and in. The language itself knows nothing of it.
 */
@NullMarked
package dev.lancet.runtime.json;

import org.jspecify.annotations.NullMarked;
