@NullMarked
package dev.lancet.tests.gguf;

import org.jspecify.annotations.NullMarked;
