/** What is in a graph: its variables, its linear layers, what is compressed already, and why a product is skipped. */
@NullMarked
package dev.lancet.surgery.imported.discovery;

import org.jspecify.annotations.NullMarked;
