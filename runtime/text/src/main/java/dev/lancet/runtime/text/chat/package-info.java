/** Chat templates: how a model wants a conversation to be written. */
@NullMarked
package dev.lancet.runtime.text.chat;

import org.jspecify.annotations.NullMarked;
