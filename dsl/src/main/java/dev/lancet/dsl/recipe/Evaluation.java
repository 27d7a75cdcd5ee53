package dev.lancet.dsl.recipe;

/**
 * What is measured of every candidate of a recipe: the perplexity of a text, the answers to a {@link Task}, or the outputs of
 * graphs for {@link GraphRows}.
 */
public sealed interface Evaluation permits Corpus.Part, Task, GraphRows {}
