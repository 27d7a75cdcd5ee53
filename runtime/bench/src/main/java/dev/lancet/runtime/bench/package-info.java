/** What training, generating, compressing and mere running cost, measured on generated data. */
@NullMarked
package dev.lancet.runtime.bench;

import org.jspecify.annotations.NullMarked;
