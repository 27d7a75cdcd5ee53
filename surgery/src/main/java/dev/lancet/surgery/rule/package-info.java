/** Rules of surgery, one per file: the pattern that a rule looks for, and its replacement or the reason to refuse. */
@NullMarked
package dev.lancet.surgery.rule;

import org.jspecify.annotations.NullMarked;
