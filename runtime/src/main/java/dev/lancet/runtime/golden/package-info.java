/** What comparing graphs asks of the runtime: graphs of declared models, and running graphs. */
@NullMarked
package dev.lancet.runtime.golden;

import org.jspecify.annotations.NullMarked;
