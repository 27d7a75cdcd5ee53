/** What comparing graphs asks of the runtime: graphs of declared models, and running graphs. */
@NullMarked
package dev.lancet.runtime.graphrunner;

import org.jspecify.annotations.NullMarked;
