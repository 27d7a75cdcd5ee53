/** Models of Lancet as chat and embedding models of LangChain4j. */
@NullMarked
package dev.lancet.runtime.langchain4j;

import org.jspecify.annotations.NullMarked;
