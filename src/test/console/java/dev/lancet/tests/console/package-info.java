/** What every room's tests print, beyond what the build does. */
@NullMarked
package dev.lancet.tests.console;

import org.jspecify.annotations.NullMarked;
