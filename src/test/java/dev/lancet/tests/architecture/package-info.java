/** Tests of the house itself: which room may use which, and what the code style forbids. */
@NullMarked
package dev.lancet.tests.architecture;

import org.jspecify.annotations.NullMarked;
