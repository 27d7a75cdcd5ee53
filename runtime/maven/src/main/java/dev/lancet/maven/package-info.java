/** The Maven plugin: its goals run commands of Lancet in a Java of their own, and compare what they say with golden files. */
@NullMarked
package dev.lancet.maven;

import org.jspecify.annotations.NullMarked;
