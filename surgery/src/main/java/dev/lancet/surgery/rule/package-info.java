/** Rules of surgery, one a file: what they look for in a graph, and what they put in its place or why they do not. */
@NullMarked
package dev.lancet.surgery.rule;

import org.jspecify.annotations.NullMarked;
