@NullMarked
package dev.lancet.tests.huggingface;

import org.jspecify.annotations.NullMarked;
