package dev.lancet.dsl.recipe;

/** What is measured of every candidate of a recipe: the perplexity of a text, or the answers to a {@link Task}. */
public sealed interface Evaluation permits Corpus.Part, Task {}
