/**
 * Several processes that train one model: how they find each other, agree, and notice that one of them is gone.
 * TensorFlow's own servers carry the mathematics; a connection from every worker to the first one carries the rest.
 */
@NullMarked
package dev.lancet.runtime.cluster;

import org.jspecify.annotations.NullMarked;
